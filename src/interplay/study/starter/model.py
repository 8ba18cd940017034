"""The part of a new study about its model."""

from interplay.study.quoting import toml_text

FULL_BATCH_BELOW = 2000
"""Training rows below which every step takes all of them."""
LARGE_BATCH = 1024


def model_part(kind: str, factory: str, training_rows: int) -> str:
    """The model and its training: a network, a module or an estimator."""
    if kind == "estimator":
        return _estimator(factory)
    return f"""\
# The model and its training when no intervention is on. A verdict is about this recipe.
[model]
{_ARCHITECTURE if kind == "network" else _module(factory)}\
{_training(training_rows)}"""


_ARCHITECTURE = """\
# "dense" takes any columns. "convolutional" takes the pixels of an image, line by line, and needs its height and width,
# as in image = [8, 8]; filters = [16] are those of each convolution.
architecture = "dense"
# Widths of the hidden layers; [] is logistic regression.
hidden = [16]
"""


def _module(factory: str) -> str:
    return f"""\
kind = "torch"
# A class or function that makes an untrained torch.nn.Module, as "module:name"; the module is looked for beside this file,
# then on Python's path. Parameters `columns` and `classes` get how many there are.
factory = {toml_text(factory)}
# What the class or function is called with besides.
#options = {{ }}
"""


def _training(training_rows: int) -> str:
    full = training_rows < FULL_BATCH_BELOW
    size = '"full"' if full else str(LARGE_BATCH)
    return f"""\
# "sgd" (with momentum) or "adam".
optimiser = "sgd"
# The rate that you train with: models as applied have it. Without it they have the one chosen for the control.
#learning_rate = 0.1
# Every tuned treatment chooses from this list, which grows where the best rate lies at its edge. Of a single rate, none
# other is tried.
learning_rates = [0.01, 0.03, 0.1, 0.3, 1.0]
# "full", or the expected rows of a batch. About {training_rows} rows are trained on, half of them by each member.
batch_size = {size}
steps = 400
weight_decay = 0.0
"""


def _estimator(factory: str) -> str:
    return f"""\
# The model when no intervention is on, as its own library trains it. A verdict is about this recipe.
[model]
kind = "estimator"
# A class or function that makes an untrained classifier with fit and predict_proba, as "module:name"; the module is looked
# for beside this file, then on Python's path.
factory = {toml_text(factory)}
# What the class or function is called with.
#options = {{ }}
# "encoded" columns of numbers without gaps, or the columns of the "table" as they were read, by name.
inputs = "encoded"
"""
