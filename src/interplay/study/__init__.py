"""DECLARE: the study file."""

from interplay.study.model import Study

__all__ = ["Study"]
