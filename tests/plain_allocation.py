"""A round's list filled one family at a time in plain Python: the reference that the one statement must agree with."""


def chosen(rows: list[tuple[int, int, str]], quotas: dict[str, int], portions: int) -> list[int]:
    """Returns the families that get something, best first; `rows` holds points, family and kelurahan."""
    taken, found = dict.fromkeys(quotas, 0), []
    for _points, family, code in sorted(rows, key=lambda row: (-row[0], row[1])):
        if taken[code] < quotas[code] and len(found) < portions:
            taken[code] += 1
            found.append(family)
    return found
