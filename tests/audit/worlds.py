"""Small studies for end-to-end tests."""

import interplay as ip

BOARD = ip.PrioritiesSection(set_by="the board")
RADIUS = 0.3
"""Declared, since the search for one takes a second program of every attack; tests/measurement/test_settings.py searches."""
SMALL = {"hidden": (8,), "steps": 60, "learning_rates": (0.1, 0.3)}


def silobank(placebo: bool, rows: int = 8000, members: int = 16, seed: int = 0) -> ip.Study:
    """The planted world: DP-SGD harms women there, unless it is the placebo."""
    return ip.Study(
        name="placebo bank" if placebo else "SiloBank",
        seed=seed,
        members=members,
        draws=100,
        data=ip.DataSection(source="silobank", options={"rows": rows, "placebo": placebo, "seed": seed}, radius=RADIUS),
        groups=ip.GroupsSection(attributes={"sex": ip.GroupSection(reference="man")}, minimum_rows=50),
        model=ip.ModelSection(hidden=(64,), steps=100),
        priorities=BOARD,
        interventions=(
            ip.InterventionSection(name="dp_sgd", parameters={"privacy_epsilon": 1.0, "max_grad_norm": 0.1}),
        ),
    )


def mortgage(members: int = 4, **model) -> ip.Study:
    """The mortgage data with every intervention and few members."""
    names = (
        "reweighing",
        "dp_sgd",
        "adversarial_training",
        "group_thresholds",
        "release_explanations",
        "split_conformal",
        "group_conformal",
    )
    few = {"release_explanations": {"samples": 1_000, "explained_rows": 60}}
    race = ip.GroupSection(reference="white", merge={"black or hispanic": ("black", "hispanic")})
    return ip.Study(
        name="small mortgage",
        members=members,
        draws=60,
        data=ip.DataSection(source="mortgage", radius=RADIUS),
        groups=ip.GroupsSection(attributes={"race": race, "sex": ip.GroupSection()}, minimum_rows=50),
        model=ip.ModelSection(**{**SMALL, **model}),
        priorities=BOARD,
        interventions=tuple(ip.InterventionSection(name=name, parameters=few.get(name, {})) for name in names),
    )
