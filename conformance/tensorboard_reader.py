"""What the real TensorBoard reads in a folder of runs, as JSON on standard output.

    conformance/.venv-tensorboard/bin/python conformance/tensorboard_reader.py FOLDER

Gives `{run: {plugin: {tag: [{step, value}, ...]}}}`, in the order of the files. Values: numbers of scalars; rows of histograms; texts; the
size, mode and pixels of images; nodes with their inputs, classes and shapes of model graphs; what is known of hyper-parameters.

    ... tensorboard_reader.py --histogram BUCKETS < NUMBERS.json

Gives the rows that TensorBoard itself makes of the numbers.
"""

import io
import json
import math
import sys

import numpy as np
from google.protobuf import json_format
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator, plugin_event_multiplexer
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util


def number(value):
    """JSON has no NaN."""
    return float(value) if math.isfinite(value) else str(float(value))


def image(png):
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return {"mode": picture.mode, "pixels": np.asarray(picture).tolist()}


def images(array):
    width, height, *pictures = array
    return {"width": int(width), "height": int(height), "pictures": [image(png) for png in pictures]}


def graph(array):
    nodes = keras_model_to_graph_def(json.loads(array.item())).node
    return [{"name": node.name, "class": node.attr["keras_class"].s.decode(), "input": list(node.input)} for node in nodes]


def layers(array):
    def shapes(node):
        return [[dim.size for dim in shape.dim] for shape in node.attr["_output_shapes"].list.shape]

    nodes = GraphDef.FromString(array.item()).node
    return [
        {"name": node.name, "op": node.op, "input": list(node.input), "shapes": shapes(node), "params": node.attr["params"].i} for node in nodes
    ]


def texts(array):
    return array.astype(str).tolist() if array.shape else array.item().decode()


readers = {
    "scalars": lambda array: number(array.item()),
    "histograms": lambda array: array.tolist(),
    "images": images,
    "text": texts,
    "graphs": layers,
    "graph_keras_model": graph,
}


def entries(accumulator, tag, plugin):
    if plugin == "hparams":
        content = accumulator.SummaryMetadata(tag).plugin_data.content
        data = plugin_data_pb2.HParamsPluginData.FromString(content)
        assert data.version == hparams_metadata.PLUGIN_DATA_VERSION
        return json_format.MessageToDict(data)
    value = readers[plugin]
    return [{"step": event.step, "value": value(tensor_util.make_ndarray(event.tensor_proto))} for event in accumulator.Tensors(tag)]


def read(folder):
    everything = {event_accumulator.TENSORS: 0}
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance=everything)
    multiplexer.AddRunsFromDirectory(folder).Reload()
    runs = {}
    for run in multiplexer.Runs():
        accumulator = multiplexer.GetAccumulator(run)
        plugins = runs.setdefault(run, {})
        for tag in accumulator.Tags()[event_accumulator.TENSORS]:
            plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
            plugins.setdefault(plugin, {})[tag] = entries(accumulator, tag, plugin)
    json.dump(runs, sys.stdout)


def histogram(buckets):
    [value] = histogram_pb("numbers", json.load(sys.stdin), buckets).value
    json.dump(tensor_util.make_ndarray(value.tensor).tolist(), sys.stdout)


if sys.argv[1] == "--histogram":
    histogram(int(sys.argv[2]))
else:
    read(sys.argv[1])
