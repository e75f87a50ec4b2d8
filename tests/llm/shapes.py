"""What servers that call themselves OpenAI-compatible send: one row of a table for each shape.

A new shape is a new row in one of the tables: a name, the answers of the server, what comes of it.
The wording is our own; only the shapes are those of the servers named.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.llm.server import Answer

TEXT = '{"class_names": ["wolf", "fox"]}'


@dataclass(frozen=True)
class Row:
    """One shape.

    Args:
        name: for the test.
        answer: what the server says first; after it, it gives a good answer.
        tells: what the person's sentence must hold; "" where names come all the same.
        lacks: settings that the second question must not have, with a blank between.
    """

    name: str
    answer: Answer
    tells: str = ""
    lacks: str = ""


def body(value: Any, status: int = 200, **more: Any) -> Answer:
    return Answer(status=status, raw=value if isinstance(value, str) else json.dumps(value), **more)


def choice(message: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **more}]}


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


# D1: refused settings, in the words of many servers; the question is asked again without them.
REFUSED = (
    Row(
        "OpenAI: temperature",
        body(error("Unsupported value: 'temperature'", param="temperature"), 400),
        lacks="temperature",
    ),
    Row(
        "FastAPI: seed",
        body(
            {
                "detail": [
                    {
                        "loc": ["body", "seed"],
                        "msg": "extra fields not permitted",
                        "type": "value_error.extra",
                    }
                ]
            },
            422,
        ),
        lacks="seed",
    ),
    Row(
        "FastAPI: temperature",
        body(
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "temperature"],
                        "msg": "Extra inputs are not permitted",
                        "input": 0,
                    }
                ]
            },
            422,
        ),
        lacks="temperature",
    ),
    Row(
        "a plain detail: seed",
        body({"detail": "parameter seed is not implemented"}, 400),
        lacks="seed",
    ),
    Row(
        "a plain message: seed",
        body({"message": "unknown field `seed`", "type": "invalid_request_error"}, 400),
        lacks="seed",
    ),
    Row(
        "text: temperature", body("temperature must be strictly positive", 422), lacks="temperature"
    ),
    Row(
        "llama.cpp: grammar",
        body(error("failed to parse grammar", code=500, type="server_error"), 500),
        lacks="json_schema",
    ),
    Row(
        "llama.cpp: both",
        body(error('Either "json_schema" or "grammar" can be specified', code=400), 400),
        lacks="json_schema",
    ),
    Row(
        "vLLM: guided decoding",
        body({"object": "error", "message": "guided decoding backend failed", "code": 500}, 500),
        lacks="json_schema",
    ),
    Row(
        "501 response_format",
        body(error("response_format is not implemented", type="not_implemented"), 501),
        lacks="json_schema",
    ),
    Row("501 without words", body("", 501), lacks="json_schema"),
    Row(
        "LM Studio: json_object",
        body({"error": "'response_format.type' must be 'json_object' or 'text'"}, 400),
        lacks="json_schema",
    ),
    Row(
        "LiteLLM",
        body(
            error(
                "litellm.UnsupportedParamsError: azure does not support parameters: {'seed': 0}",
                code="400",
                type="None",
            ),
            400,
        ),
        lacks="seed",
    ),
    Row(
        "OpenRouter: no endpoints",
        body(error("No endpoints found that support the requested parameters", code=404), 404),
        lacks="json_schema",
    ),
    Row(
        "OpenRouter: raw",
        body(
            error(
                "Provider returned error",
                code=400,
                metadata={"raw": '{"error": {"message": "seed is not supported"}}'},
            ),
            400,
        ),
        lacks="seed",
    ),
    Row(
        "Ollama",
        body(error('invalid format: expected "json" or a JSON schema', type="api_error"), 400),
        lacks="json_schema",
    ),
    Row(
        "Groq",
        body(error("This model does not support response format `json_schema`"), 400),
        lacks="json_schema",
    ),
    Row(
        "a list",
        body([error('Invalid JSON payload: unknown name "seed"', code=400)], 400),
        lacks="seed",
    ),
    Row(
        "inside a 200",
        body(error("response_format is not supported by this model", code=400)),
        lacks="json_schema",
    ),
    Row("415", body(error("json_schema unsupported"), 415), lacks="json_schema"),
)

# D2: what passes: asked again, and then it answers.
PASSING = (
    *(
        Row(f"HTTP {status}", body(error("a moment"), status))
        for status in (408, 409, 429, 500, 502, 503, 504, 529)
    ),
    Row("an error inside a 200", body(error("Provider returned error", code=502))),
    Row(
        "overloaded inside a 200",
        body({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    ),
    Row("a rate limit inside a 200", body(error("slow down", code="rate_limit_exceeded"))),
    Row(
        "an error inside a choice",
        body(
            {"choices": [{"error": {"code": 502, "message": "gone"}, "message": {"content": ""}}]}
        ),
    ),
    Row("HTML of a proxy", body("<html><title>502 Bad Gateway</title></html>", 502)),
)

# D2: what lasts: one sentence with the server's own words.
LASTING = (
    Row(
        "403 by region",
        body(
            error(
                "Country, region, or territory not supported",
                code="unsupported_country_region_territory",
            ),
            403,
        ),
        "not allow this (HTTP 403); it says: Country, region, or territory not supported",
    ),
    Row(
        "403 of a firewall",
        body("<html><head><title>Access denied</title><style>x{}</style></head></html>", 403),
        "it says: Access denied",
    ),
    Row(
        "401",
        body(error("Incorrect API key provided"), 401),
        "refused the API key (HTTP 401); check OPENAI_API_KEY; it says: Incorrect API key provided",
    ),
    Row(
        "402",
        body(error("Insufficient credits", code=402), 402),
        "(HTTP 402); it says: Insufficient credits",
    ),
    Row(
        "404 of a model",
        body({"error": "model 'small' not found, try pulling it first"}, 404),
        "(usually /v1); it says: model 'small' not found",
    ),
    Row("413", body({"detail": "payload too large"}, 413), "it says: payload too large"),
    Row(
        "an invalid key inside a 200",
        body(error("invalid key", code=401)),
        "answered with an error; it says: invalid key",
    ),
    Row(
        "a text inside a 200",
        body({"error": "model is required", "status": 400}),
        "model is required",
    ),
    Row(
        "control signs and a long text",
        body(error("\x1b[31mno\x00 " + "very " * 500), 418),
        "it says: [31mno very",
    ),
)

# D3: odd bodies that hold an answer.
READ = (
    Row(
        "parts",
        body(
            choice(
                {
                    "content": [
                        {"type": "text", "text": TEXT[:10]},
                        {"type": "text", "text": TEXT[10:]},
                    ]
                }
            )
        ),
    ),
    Row(
        "thinking parts",
        body(
            choice(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": '["dog"]'}]},
                        {"type": "text", "text": TEXT},
                    ]
                }
            )
        ),
    ),
    Row(
        "reasoning part",
        body(
            choice(
                {
                    "content": [
                        {"type": "reasoning", "text": '["dog"]'},
                        {"type": "output_text", "text": TEXT},
                    ]
                }
            )
        ),
    ),
    Row(
        "reasoning beside",
        body(choice({"content": TEXT, "reasoning_content": '["dog", "cat", "cow"]'})),
    ),
    Row("content is an object", body(choice({"content": json.loads(TEXT)}))),
    Row("content is a part", body(choice({"content": {"type": "text", "text": TEXT}}))),
    Row(
        "text has a value",
        body(choice({"content": [{"type": "text", "text": {"value": TEXT, "annotations": []}}]})),
    ),
    Row("message is a text", body({"choices": [{"message": TEXT}]})),
    Row("choices is a text", body({"choices": TEXT})),
    Row("choices is an object", body({"choices": {"0": {"message": {"content": TEXT}}}})),
    Row("choices is one choice", body({"choices": {"message": {"content": TEXT}}})),
    Row("choices holds texts", body({"choices": [TEXT]})),
    Row("only delta", body({"choices": [{"delta": {"content": TEXT}}]})),
    Row("only text", body({"choices": [{"text": TEXT}]})),
    Row("message null, text beside it", body({"choices": [{"message": None, "text": TEXT}]})),
    Row(
        "a stream",
        body(
            "".join(
                f"data: {json.dumps({'choices': [{'delta': {'content': c}}]})}\n\n"
                for c in (TEXT[:9], TEXT[9:])
            )
            + "data: [DONE]\n\n"
        ),
    ),
    Row(
        "Ollama's own",
        body({"model": "m", "message": {"role": "assistant", "content": TEXT}, "done": True}),
    ),
    Row(
        "Ollama's own stream",
        body("\n".join(json.dumps({"message": {"content": c}}) for c in (TEXT[:9], TEXT[9:]))),
    ),
    Row("Ollama's generate", body({"response": TEXT, "done": True})),
    Row(
        "Responses",
        body(
            {
                "output": [
                    {"type": "reasoning", "summary": []},
                    {"type": "message", "content": [{"type": "output_text", "text": TEXT}]},
                ]
            }
        ),
    ),
    Row(
        "Gemini",
        body(
            {
                "candidates": [
                    {"content": {"parts": [{"thought": True, "text": "dog"}, {"text": TEXT}]}}
                ]
            }
        ),
    ),
    Row(
        "a call",
        body(
            choice(
                {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": TEXT}}]}
            )
        ),
    ),
    Row(
        "an old call",
        body(choice({"content": None, "function_call": {"name": "f", "arguments": TEXT}})),
    ),
    Row("a list of one", body([choice({"content": TEXT})])),
    Row(
        "usage of nonsense",
        body(
            {
                **choice({"content": TEXT}),
                "usage": {"prompt_tokens": "many", "completion_tokens": -1},
            }
        ),
    ),
    Row(
        "usage null, error null", body({**choice({"content": TEXT}), "usage": None, "error": None})
    ),
    Row("a mark of byte order", body("\ufeff" + json.dumps(choice({"content": TEXT})))),
    Row("a lone surrogate", body(choice({"content": TEXT.replace("wolf", "wolf\\ud83d")}))),
)

# D3: odd bodies without an answer: one sentence.
UNREAD = (
    Row("message null", body(choice(None)), "its answer has no text"),
    Row("content null", body(choice({"content": None})), "its answer has no text"),
    Row(
        "only thoughts",
        body(choice({"content": "", "reasoning_content": '["dog", "cat"]'})),
        "has thoughts and no text",
    ),
    Row(
        "cut off in its thoughts",
        body(choice({"content": ""}, finish_reason="length")),
        "allow the model more tokens",
    ),
    Row("no choices", body({"choices": []}), "its answer has no text"),
    Row("choices null", body({"id": "x", "choices": None}), "its answer has no text"),
    Row("choices of nulls", body({"choices": [None, 7]}), "its answer has no text"),
    Row("a number", body("7"), "it is no chat completion"),
    Row("null", body("null"), "it is no chat completion"),
    Row("empty", body(""), "it is no chat completion"),
    Row("nested beyond reading", body("[" * 100_000 + "]" * 100_000), "it is no chat completion"),
    Row(
        "nested in a part",
        body('{"choices": [{"message": {"content": ' + "[" * 900 + "]" * 900 + "}}]}"),
        "its answer has no text",
    ),
    Row("a web page", body("<html><title>My router</title></html>"), "it is no chat completion"),
    Row("bytes", Answer(raw="\x00\x01\x02" * 50), "it is no chat completion"),
)
