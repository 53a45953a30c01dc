"""The desk for programs: the same actions as its pages as JSON under `/api/v1`, by a token of a person."""
