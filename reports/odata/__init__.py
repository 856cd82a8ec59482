"""The OData door: read-only, version 4.0, flat sets made from the resources that the apps declared."""
