import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import PrivacyGuarantee as Guarantee
from interplay.evidence import tabulated
from interplay.metrics.privacy_budget import PrivacyBudget

UNBOUNDED = NotMeasurable("no differential privacy guarantee: the budget is unbounded")


def test_it_is_the_epsilon_at_the_size_trained_on(world):
    found = PrivacyBudget().measure(world.evidence())
    np.testing.assert_array_equal(found.values, np.full((4, 5), 8.0))


def test_without_a_guarantee_it_is_unbounded():
    assert PrivacyBudget().measure(tabulated(labels=[0, 1])) == UNBOUNDED
    infinite = Guarantee(float("inf"), 0.0, float("inf"), 0.0)
    assert PrivacyBudget().measure(tabulated(labels=[0, 1], exhibits=(infinite,))) == UNBOUNDED
