"""Reports of a period: figures, charts, and the forms in which they leave the house."""
