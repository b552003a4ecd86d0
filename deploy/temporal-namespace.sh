#!/bin/sh
# Registers the namespace, when it is not there yet, and waits until it can be
# used. Histories of ended workflows are kept for a week, as the engine does.
set -eu

# Who does not show the key is not let in.
temporal() {
	command temporal "$@" --tls --tls-cert-path "$ENGINE_KEY" --tls-key-path "$ENGINE_KEY" \
		--tls-ca-path "$ENGINE_KEY" --tls-server-name "$ENGINE_NAME"
}

until temporal operator cluster health >/dev/null 2>&1; do sleep 1; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
	temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
until temporal workflow list --namespace "$TEMPORAL_NAMESPACE" --limit 1 >/dev/null 2>&1; do sleep 1; done
