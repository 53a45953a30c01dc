"""The hall: vocabulary, store, evidence, source manifests, politeness, health, the night and the command line.

The hall imports no room (`spiders`, `pipelines`, `alerts`); it starts them by name.
"""
