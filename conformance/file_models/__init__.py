"""The models of the file tests, each as a user of Keras writes it, compiled: Keras's side of what
`src/conformance/fileModels/` writes in Gradus. `models` holds the functions that make them, by name.

They are made in several versions of Keras, so they use what these have in common; a model of newer things is asked for
in newer versions only.
"""

from file_models.graphs import graphs
from file_models.images import images
from file_models.sequences import sequences
from file_models.vectors import vectors

models = {make.__name__: make for make in [*vectors, *images, *sequences, *graphs]}
