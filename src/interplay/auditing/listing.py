"""The catalogue in words."""

from typing import Any


def listing(known: dict[str, Any]) -> str:
    """Every intervention, metric and interaction, one or two lines each."""
    lines = ["INTERVENTIONS"]
    for one in known["interventions"]:
        lines += [
            f"  {one['name']}  ({', '.join(one['aspects'])}; {one['phase']})",
            f"      {one['summary']}  [{one['reference']}]",
        ]
    lines.append("\nMETRICS")
    for one in known["metrics"]:
        better = one["direction"].replace("_", " ")
        lines += [
            f"  {one['name']}  ({one['aspect']}; {better}; tolerance {one['tolerance']:g} {one['unit']})",
            f"      {one['summary']}  [{one['reference']}]",
        ]
    lines.append("\nINTERACTIONS")
    for one in known["interactions"]:
        lines.append(f"  {one['source']} -> {one['target']}  (section {one['section']}): {one['summary']}")
        lines += [
            f"      {probe['name']}: {probe['claim']}  [{'; '.join(probe['references'])}]" for probe in one["probes"]
        ]
        lines += [
            f"      {probe['name']}: not yet measurable: {probe['missing']}  [{'; '.join(probe['references'])}]"
            for probe in one["unmeasured"]
        ]
    return "\n".join(lines)
