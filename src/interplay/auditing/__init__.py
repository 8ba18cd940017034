"""The verbs in their order, and the audit they give."""
