"""Ready workflow files: a gate at every change of a model."""

from interplay.errors import StudyError

GITHUB = """\
name: model gate
on:
  pull_request:
    paths: ["models/**", "study.toml", "approval.*"]
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "interplay[onnx]"
      - run: interplay gate study.toml --output gate
      - if: always()
        run: cat gate/summary.md >> "$GITHUB_STEP_SUMMARY"
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: gate
          path: gate/
"""

GITLAB = """\
model gate:
  image: python:3.12
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["models/**/*", "study.toml", "approval.*"]
  script:
    - pip install "interplay[onnx]"
    - interplay gate study.toml --output gate
  artifacts:
    when: always
    paths: [gate/]
    reports:
      junit: gate/junit.xml
"""

_FILES = {"github": GITHUB, "gitlab": GITLAB}


def workflow_file(host: str) -> str:
    """The workflow file of a host.

    Raises StudyError for one that is not known.

    Example:
        >>> workflow_file("gitlab").splitlines()[0]
        'model gate:'
    """
    if host not in _FILES:
        raise StudyError("github or gitlab", repr(host), "--workflow", "write --workflow github")
    return _FILES[host]
