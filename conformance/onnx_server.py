"""ONNX's own checker and onnxruntime, reading model files of Gradus."""

from framing import np, serve

import onnx
import onnxruntime

types = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(bool)": np.bool_}


def run(model, batches):
    """Checks a model, and runs it on batches, which are arrays by the names of inputs: the outputs of each, and its nodes."""
    file = model.tobytes()
    checked = onnx.load_from_string(file)
    onnx.checker.check_model(checked, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(checked, check_type=True, strict_mode=True, data_prop=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = {each.name: types[each.type] for each in session.get_inputs()}
    return {
        "outputs": [
            session.run(None, {name: rows.astype(inputs[name]) for name, rows in batch.items()}) for batch in batches
        ],
        "names": [each.name for each in session.get_outputs()],
        "shapes": [each.shape for each in session.get_outputs()],
        "operators": [node.op_type for node in inferred.graph.node],
    }


def answer(header, tensors):
    def decode(value):
        if isinstance(value, list):
            return [decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$tensor" in value:
            return tensors[value["$tensor"]]
        return {key: decode(item) for key, item in value.items()}

    return {"run": run}[header["operation"]](**decode(header["request"]))


if __name__ == "__main__":
    serve(answer)
