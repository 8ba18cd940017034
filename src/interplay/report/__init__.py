"""The report: one page, one picture, a terminal summary and a notebook view, all from the audit alone."""

from interplay.report.notebook import fragment, text
from interplay.report.page import render
from interplay.report.picture import picture
from interplay.report.terminal import summary

__all__ = ["fragment", "picture", "render", "summary", "text"]
