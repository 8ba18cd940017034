from interplay.study.keys import expects_tables, header, homes, keys_at
from interplay.study.model import Study


def test_keys_at_every_kind_of_place() -> None:
    assert keys_at(()) == tuple(Study.model_fields)
    assert keys_at(("limits", 3)) == (
        *("metric", "at_least", "at_most", "at_most_below_control", "at_most_above_control", "reason"),
    )
    assert keys_at(("data",))[0] == "source"
    assert keys_at(("interventions", 0, "parameters")) == ()
    assert keys_at(("members",)) == ()
    assert keys_at(("nothing", "here")) == ()


def test_every_key_has_a_home() -> None:
    assert homes("metric") == ("[[limits]]",)
    assert homes("name") == ("", "[[interventions]]")
    assert homes("mitigate") == ("[groups]",)
    assert homes("reference") == ("[groups.attributes.NAME]",)
    assert homes("nothing") == ()


def test_headers_quote_what_needs_it() -> None:
    assert header(("groups", "attributes", "a b")) == "[groups.attributes.'a b']"


def test_only_lists_of_tables_expect_tables() -> None:
    assert [key for key in Study.model_fields if expects_tables((key,))] == ["interventions", "limits", "soft_goals"]
    assert not expects_tables(("model", "hidden"))
