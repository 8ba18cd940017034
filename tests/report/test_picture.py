import re
from typing import Any
from xml.etree import ElementTree

from interplay.report.picture import picture

Audit = dict[str, Any]
SVG = "{http://www.w3.org/2000/svg}"


def test_picture_is_a_standalone_svg(audit: Audit, hostile: Audit) -> None:
    for one in (audit, hostile):
        drawn = picture(one)
        root = ElementTree.fromstring(drawn)
        assert root.tag == f"{SVG}svg"
        assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"url\((?!#)|@import", drawn)
        names = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert names <= {
            "svg",
            "title",
            "desc",
            "style",
            "defs",
            "pattern",
            "symbol",
            "g",
            "rect",
            "path",
            "circle",
        } | {
            "text",
            "use",
        }
        assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
        assert picture(one) == drawn


def test_picture_has_the_twenty_verdicts_as_words_and_shapes(audit: Audit) -> None:
    root = ElementTree.fromstring(picture(audit))
    uses = root.findall(f".//{SVG}g/{SVG}use")
    assert [use.attrib["href"] for use in uses] == [
        f"#g-{pair['verdict']}"
        for pair in sorted(audit["interactions"], key=lambda pair: order(pair["source"], pair["target"]))
    ]
    known = {symbol.attrib["id"] for symbol in root.iter(f"{SVG}symbol")}
    assert {use.attrib["href"][1:] for use in uses} <= known
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words.count("harm") == 4 and "mortgage, 1,989 rows" in words
    described = root.find(f"{SVG}desc")
    assert described is not None and described.text is not None
    assert len(described.text.split("; ")) == 20


def order(source: str, target: str) -> tuple[int, int]:
    aspects = ("fairness", "privacy", "robustness", "explainability", "uncertainty")
    return aspects.index(source), aspects.index(target)
