"""What `plan` says about a network and about the interventions that cost most with it."""

from interplay.design.factors import Factors
from interplay.families.network.expense import expenses, in_words
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.reweighing import Reweighing
from interplay.models.convolutional import Convolutional
from interplay.models.dense import Dense
from interplay.models.function import Function

DENSE = Dense((100, 100, 10))
OWN = Function("two layers", DENSE.initial, DENSE.logits)
EVERY = Factors({"reweighing": Reweighing(), "adversarial_training": AdversarialTraining(), "dp_sgd": DpSgd()}, {})


def test_networks_in_words():
    assert in_words(DENSE, 100) == "dense network 100-100-10: 11,110 parameters, 11,000 multiply-adds per row"
    assert in_words(OWN, 100).startswith("two layers: 11,110 parameters, 11,")
    images = in_words(Convolutional((8, 8, 1), (16, 32), (32,), 10), 64)
    assert (
        images
        == "convolutional network for 8 x 8 x 1 images, filters 16, 32: 9,258 parameters, 25,152 multiply-adds per row"
    )


def test_only_what_costs_more_is_told():
    assert expenses(EVERY, DENSE, 100, 144) == (
        "adversarial_training: 7 attack steps, about 8 times plain training",
        "dp_sgd: norms of the rows' gradients without forming them, about 1.4 times plain training",
    )


def test_gradients_of_rows_take_memory():
    (told,) = expenses(Factors({"dp_sgd": DpSgd()}, {}), OWN, 100, 1_000)
    assert told.startswith(
        "dp_sgd: forms one gradient per row (11,110 parameters x 1,000 rows = 44.4 MB at once), about 11"
    )
    assert "44.4 GB at once" in expenses(Factors({"dp_sgd": DpSgd()}, {}), OWN, 100, 1_000_000)[0]


def test_copies_are_attacked_one_by_one():
    copies = Factors({"adversarial_training": AdversarialTraining(copies=3, attack_steps=5, clean_copy=True)}, {})
    assert expenses(copies, DENSE, 100, 144) == (
        "adversarial_training: 5 attack steps for each of 3 copies, about 19 times plain training",
    )
