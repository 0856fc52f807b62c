"""Words as vectors: Stanford's GloVe, similarity, and three ways to learn vectors from text."""

from gptlab.vectors.contexts import windows
from gptlab.vectors.features import mean_rows, passages, scores_by_labels
from gptlab.vectors.geometry import (
    EXAMPLE,
    MEASURES,
    cosine,
    dot,
    euclidean,
    manhattan,
    mean_cosine,
    measured,
    pairwise,
    random_rotation,
    rotation,
    within_and_across,
)
from gptlab.vectors.glove import glove
from gptlab.vectors.maps import METHODS, flattened, pca, tsne, umap_is_installed
from gptlab.vectors.objectives import CBOW, GloVe, SentenceTask, SkipGram
from gptlab.vectors.planted import TOPICS, planted, swapped
from gptlab.vectors.probing import best_axis, held_out_score, linear_probe
from gptlab.vectors.table import WordVectors
from gptlab.vectors.training import VectorStep, train_vectors

__all__ = [
    "CBOW",
    "EXAMPLE",
    "MEASURES",
    "METHODS",
    "TOPICS",
    "GloVe",
    "SentenceTask",
    "SkipGram",
    "VectorStep",
    "WordVectors",
    "best_axis",
    "cosine",
    "dot",
    "euclidean",
    "flattened",
    "glove",
    "held_out_score",
    "linear_probe",
    "manhattan",
    "mean_cosine",
    "mean_rows",
    "measured",
    "pairwise",
    "passages",
    "pca",
    "planted",
    "random_rotation",
    "rotation",
    "scores_by_labels",
    "swapped",
    "train_vectors",
    "tsne",
    "umap_is_installed",
    "windows",
    "within_and_across",
]
