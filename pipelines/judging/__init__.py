"""From findings to a judgement: how worrying, whom to refer to, what to propose. People decide."""
