"""The model for deployment that a confirmation with secret noise leaves: its parameters, and what is to be known of it."""

from interplay.auditing.confirmed import stored
from interplay.auditing.folder import RunFolder
from interplay.auditing.prepare import Prepared
from interplay.auditing.storage import saved
from interplay.auditing.written import Files, as_json
from interplay.design.guarantees import SECRET_NOISE, no_budget
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.errors import RunError
from interplay.training.train import Fleet

STAGE = "deployable"
PARAMETERS, DESCRIBED = "deployable.safetensors", "deployable.json"

NOISE = (
    "drawn at training time, like the batches, with keys of 64 bits each from the system's entropy, which were kept nowhere; "
    "the generator that stretches them ({}) is a statistical and not a cryptographic one"
)


def deployable_files(ready: Prepared, design: Design, winner: Treatment, fleet: Fleet, outcome: str) -> Files:
    """The first fresh model of the winner, and its treatment, budget, learning rate and noise beside it.

    `outcome` is that of the confirmation: a model is written whatever it is, and whether to deploy it is for people to say.
    Layers of the winner that act on trained models are named and not fitted: what they fit lies outside the budget.
    """
    layers = tuple(design.factors.layers)
    bare = winner.without(layers)
    spent = fleet.budgets[bare]
    described = {
        "treatment": winner.name,
        "confirmation": outcome,
        "trained_with": bare.interventions,
        "to_be_put_on_top": [name for name in winner.interventions if name in layers],
        "study": ready.digest,
        "privacy": {"epsilon": spent.privacy_epsilon, "delta": spent.privacy_delta, "release": f"{SECRET_NOISE}."},
        "noise_multiplier": spent.noise_multiplier,
        "noise": NOISE.format(ready.family.noise_from),
        "learning_rate": fleet.tuning[bare].chosen,
        "trained_on": design.half,
        "steps": design.schedule_of(bare).steps,
        "network": ready.family.words,
        "columns": list(ready.encoded.columns),
    }
    return {PARAMETERS: saved(ready.family.released(fleet.tuned[bare], 0)), DESCRIBED: as_json(described)}


def refuse_without_noise(ready: Prepared, winner: Treatment, folder: RunFolder) -> None:
    """Raise RunError where secret noise is asked for and the choice has none, or was confirmed without."""
    built = ready.design.factors
    reason = no_budget(built, winner.without(tuple(built.layers)))
    if reason:
        raise RunError(
            "a choice with differential privacy, for secret noise",
            f"{winner.name!r}: {reason}, so there is no noise to keep secret",
            str(folder.path),
            "confirm without secret noise: interplay confirm STUDY",
        )
    done = stored(folder)
    if done is not None and done["treatment"] == winner.name and not done["secret_noise"]:
        raise RunError(
            "a choice that is not confirmed yet, for secret noise",
            f"{winner.name!r}, confirmed on {done['used_on']} with noise that follows from the seed",
            str(folder.path),
            "change the seed of the study, run it again, and confirm that with --secret-noise and the reason in --again: "
            "the model to deploy has to be one that was confirmed",
        )
