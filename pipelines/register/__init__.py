"""The register of licensed agencies: reading its files, and finding a mediator in it."""
