"""Words by kind, for questions such as whether one number of a vector tells animals from countries.

Chosen by hand before anything was measured, each word among GloVe's commonest 20,000.
"""

from __future__ import annotations

KINDS = {
    "animals": (
        "cat dog horse cow pig sheep goat lion tiger bear wolf fox rabbit mouse rat elephant "
        "monkey whale shark snake frog turtle eagle duck chicken bird fish deer bull camel"
    ).split(),
    "countries": (
        "france germany italy spain portugal greece turkey egypt china japan india brazil "
        "argentina mexico canada australia russia poland sweden norway denmark finland ireland "
        "austria hungary kenya nigeria iran iraq chile"
    ).split(),
    "food": (
        "bread butter cheese milk rice soup salad beef pork sugar salt pepper honey cake pie "
        "chocolate apple banana orange lemon tomato potato onion garlic corn bean pasta pizza "
        "wine coffee"
    ).split(),
    "professions": (
        "doctor nurse teacher lawyer engineer farmer soldier sailor painter singer actor writer "
        "poet journalist scientist chemist carpenter baker tailor judge priest pilot driver "
        "merchant cook guard clerk banker professor surgeon"
    ).split(),
}
"""Thirty words of each of four kinds; all are nouns."""

GRAMMAR = {
    "nouns": (
        "table house river stone paper garden window bottle engine flower mountain village "
        "station letter picture hammer kitchen island market bridge"
    ).split(),
    "verbs": (
        "eat write sing bring carry learn forget arrive explain decide send choose build teach "
        "speak remember receive become allow prevent"
    ).split(),
    "adjectives": (
        "happy large tall young heavy bright strange gentle brave famous narrow bitter wooden "
        "empty silent clever modern simple dirty rapid"
    ).split(),
    "adverbs": (
        "quickly slowly carefully often rarely suddenly almost never always perhaps badly "
        "clearly quietly nearly soon together easily highly finally certainly"
    ).split(),
}
"""Twenty words of each of four parts of speech, with no topic in common."""

ANTONYMS = [
    tuple(pair.split("-"))
    for pair in (
        "good-bad hot-cold big-small high-low early-late young-old rich-poor fast-slow open-closed "
        "win-lose buy-sell love-hate north-south first-last light-dark strong-weak begin-end "
        "increase-decrease wet-dry hard-soft"
    ).split()
]
"""Twenty pairs of words that mean the opposite of each other."""

SYNONYMS = [
    tuple(pair.split("-"))
    for pair in (
        "big-large small-little begin-start end-finish buy-purchase quick-rapid smart-clever "
        "sick-ill happy-glad angry-furious rich-wealthy car-automobile child-kid shop-store "
        "choose-select speak-talk help-assist answer-reply hard-difficult brave-courageous"
    ).split()
]
"""Twenty pairs of words that mean nearly the same."""
