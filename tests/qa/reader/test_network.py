"""Our own network against the one it stands in for: the same tensors give the same logits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from reader_fakes import tiny_shape, write_config
from safetensors.torch import save_file
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

from index.encoder.architecture import relative_position_bucket
from qa.reader.network import SpanNetwork

MODELS = {"mpnet": transformers.MPNetForQuestionAnswering, "bert": transformers.BertForQuestionAnswering}


def theirs(model_type: str) -> torch.nn.Module:
    """Hugging Face's network with random weights, large enough for differences to show."""
    torch.manual_seed(0)
    model = MODELS[model_type](transformers.AutoConfig.for_model(**tiny_shape(model_type)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.eval()


def padded() -> tuple[torch.Tensor, torch.Tensor]:
    """Two rows of token ids, 40 and 25 long, and their mask; 1 is padding."""
    ids = torch.randint(4, 60, (2, 40), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(40) < torch.tensor([40, 25])[:, None]
    return ids.masked_fill(~mask, 1), mask


def logits(model: torch.nn.Module, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    output = model(input_ids=ids, attention_mask=mask.long())
    return torch.stack([output.start_logits, output.end_logits], dim=-1)


@pytest.mark.parametrize("model_type", ["mpnet", "bert"])
def test_logits_equal_those_of_transformers(model_type: str, tmp_path: Path):
    model = theirs(model_type)
    ours = SpanNetwork.load(write_config(tmp_path, model_type), model.state_dict(), require_span=True).eval()
    ids, mask = padded()
    with torch.inference_mode():
        wanted, given = logits(model, ids, mask), ours(ids, mask)
    assert given.shape == (2, 40, 2)
    torch.testing.assert_close(given[mask], wanted[mask], atol=1e-4, rtol=1e-4)
    assert wanted[mask].std() > 0.1  # logits that are all alike would show nothing


@pytest.mark.parametrize("model_type", ["mpnet", "bert"])
def test_padding_changes_no_logit(model_type: str, tmp_path: Path):
    ours = SpanNetwork.load(write_config(tmp_path, model_type), theirs(model_type).state_dict()).eval()
    ids, mask = padded()
    with torch.inference_mode():
        torch.testing.assert_close(ours(ids, mask)[1, :25], ours(ids[1:, :25], mask[1:, :25])[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("model_type", ["mpnet", "bert"])
def test_the_parameters_go_back_under_hugging_faces_names(model_type: str, tmp_path: Path):
    model = theirs(model_type)
    ours = SpanNetwork.load(write_config(tmp_path, model_type), model.state_dict())
    named = ours.to_hugging_face()
    assert set(named) == {name for name in model.state_dict() if not name.endswith("position_ids")}
    second = MODELS[model_type](model.config).eval()
    second.load_state_dict(named, strict=False)
    ids, mask = padded()
    with torch.inference_mode():
        assert torch.equal(logits(second, ids, mask), logits(model, ids, mask))


def test_the_lowest_layers_alone(tmp_path: Path):
    model = theirs("mpnet")
    ours = SpanNetwork.load(write_config(tmp_path, "mpnet"), model.state_dict(), layers=1).eval()
    model.mpnet.encoder.layer = model.mpnet.encoder.layer[:1]
    ids, mask = padded()
    with torch.inference_mode():
        torch.testing.assert_close(ours(ids, mask)[mask], logits(model, ids, mask)[mask], atol=1e-4, rtol=1e-4)


def test_a_bare_encoder_gets_a_fresh_span_layer_to_be_trained(tmp_path: Path):
    bare = {name: tensor for name, tensor in theirs("mpnet").state_dict().items() if not name.startswith("qa_outputs")}
    assert SpanNetwork.load(write_config(tmp_path, "mpnet"), bare).span.weight.shape == (2, 32)
    with pytest.raises(
        ValueError, match=rf"{tmp_path}: not a trained extractive reader \(qa_outputs.weight is missing\)"
    ):
        SpanNetwork.load(tmp_path, bare, require_span=True)


def test_relative_positions_fall_into_t5s_buckets():
    # 32 buckets, 16 for each direction, the first 8 of them exact; what is 128 or more away shares the last
    offsets = torch.tensor([0, -1, -7, -8, -127, -128, -1000, 1, 7, 8, 1000])
    assert relative_position_bucket(offsets, 32).tolist() == [0, 1, 7, 8, 15, 15, 15, 17, 23, 24, 31]
    steps = torch.arange(-200, 201)
    assert torch.equal(relative_position_bucket(steps, 32), MPNetEncoder.relative_position_bucket(steps, 32))


def test_an_unknown_architecture_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=f"{tmp_path}: model type 'albert' is not one of mpnet, bert"):
        SpanNetwork.load(write_config(tmp_path, "albert"), {})


def test_another_activation_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=f"{tmp_path}: activation 'relu' is not gelu"):
        SpanNetwork.load(write_config(tmp_path, "bert", hidden_act="relu"), {})


def test_a_field_missing_from_the_configuration_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=rf"{tmp_path}.*hidden_size"):
        SpanNetwork.load(write_config(tmp_path, "mpnet", hidden_size=None), theirs("mpnet").state_dict())


@pytest.mark.parametrize("changes", [{"num_hidden_layers": 3}, {"intermediate_size": 128}])
def test_weights_that_do_not_fit_the_configuration_are_named(tmp_path: Path, changes: dict[str, object]):
    with pytest.raises(ValueError, match=f"{tmp_path}: its weights do not fit its config.json"):
        SpanNetwork.load(write_config(tmp_path, "mpnet", **changes), theirs("mpnet").state_dict())


@pytest.mark.slow
def test_to_load_a_reader_does_not_import_the_compiler(tmp_path: Path):
    save_file(theirs("mpnet").state_dict(), write_config(tmp_path, "mpnet") / "model.safetensors")
    code = (
        "import sys; from pathlib import Path\n"
        "from index.encoder.checkpoint import read_weights; from qa.reader.network import SpanNetwork\n"
        "folder = Path(sys.argv[1]); SpanNetwork.load(folder, read_weights(folder), require_span=True)\n"
        "print('torch._dynamo' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"  # it would take longer than all the rest
