from distribution.admin import catalogue, entitlements, rounds, training

__all__ = ["catalogue", "entitlements", "rounds", "training"]
