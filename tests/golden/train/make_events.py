"""TensorBoard's own records, for tests/train/metrics_test.cpp, and a look at a run's folder with its reader.

    pip install tensorboard==2.21.0
    python make_events.py > events.json    # the records as hexadecimal digits
    python make_events.py RUN_FOLDER       # what TensorBoard reads there: {tag: [[step, value], ..]}
"""
import io
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def record(event):
    out = io.BytesIO()
    RecordWriter(out).write(event.SerializeToString(deterministic=True))
    return out.getvalue().hex()


def scalars(wall_time, step, metrics):
    values = [summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in metrics]
    return event_pb2.Event(wall_time=wall_time, step=step, summary=summary_pb2.Summary(value=values))


def golden():
    long = [["x" * 200, 1.0]]
    steps = [[0, [["loss", 0.6931471805599453], ["rewards/margins", 0.0]]], [1, [["loss", 0.5]]],
             [300, [["rewards/chosen", -1e30], ["épreuve", 3.0]]], [2**40, long]]
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    return {
        "wall_time": 1700000000.25,
        "version": record(event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2")),
        "restart": record(event_pb2.Event(wall_time=1700000000.25, step=130, session_log=start)),
        "scalars": [{"step": step, "metrics": metrics, "record": record(scalars(1700000000.25, step, metrics))}
                    for step, metrics in steps],
    }


def look(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0}).Reload()
    return {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


print(json.dumps(look(sys.argv[1]) if len(sys.argv) > 1 else golden(), indent=1))
