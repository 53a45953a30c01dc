"""What a caller is asked and told: questions, steps of a safe departure, and whom to turn to. The words are data.

Which of them fit an offer is decided in `alerts.advice.choosing`.
"""
