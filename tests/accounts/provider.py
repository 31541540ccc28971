"""An identity provider in a process of its own, on this machine: oidc-provider-mock, whose user information is signed here.

`python -m tests.accounts.provider PORT FAULT`. It answers user information as a JWT, as ProConnect does; FAULT names what a
broken or hostile provider would do, and `none` is a good one.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import flask
import oidc_provider_mock
from authlib.jose import JsonWebKey, jwt
from oidc_provider_mock._app import storage
from werkzeug.serving import make_server

LEVEL = "eidas2"
CLAIMS = {"acr": LEVEL, "email": "personne@exemple.example"}


def signed_by(fault: str) -> Any:
    """Turn the plain user information into what this provider sends."""

    def sign(response: flask.Response) -> flask.Response:
        if flask.request.path != "/userinfo" or response.status_code != 200 or fault == "unsigned":
            return response
        about = json.loads(response.get_data())
        subject = "somebody-else" if fault == "other_subject" else about["sub"]
        audience = "another-client" if fault == "other_audience" else flask.current_app.config["CLIENT"]
        issuer = "http://localhost:1" if fault == "other_issuer" else flask.request.host_url.rstrip("/")
        now = int(time.time())
        until = now - 3600 if fault == "too_old" else now + 60
        claims = {**about, "sub": subject, "aud": audience, "iss": issuer, "iat": now - 7200 if fault == "too_old" else now, "exp": until}
        key = JsonWebKey.generate_key("RSA", 2048, is_private=True) if fault == "other_key" else storage.jwk
        header = {"alg": "RS256", "kid": storage.jwk.as_dict().get("kid")}
        response.set_data(jwt.encode(header, claims, key))
        response.headers["Content-Type"] = "application/jwt"
        return response

    return sign


def main(port: int, fault: str) -> None:
    claims = {**CLAIMS, "acr": "eidas1"} if fault == "weak_level" else CLAIMS
    users = [oidc_provider_mock.User(sub=subject, claims=claims) for subject in ("amina-there", "bruno-there", "ines-there")]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=users)
    app.config["CLIENT"] = "repere"
    app.after_request(signed_by(fault))
    make_server("localhost", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
