# syntax=docker/dockerfile:1

# The image of duban: api, worker, migrate and the other subcommands. It holds
# no PostgreSQL and no engine; see docker-compose.yml for the stock ones.

ARG GO_VERSION=1.26.8
ARG ALPINE_VERSION=3.22

FROM golang:${GO_VERSION}-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/duban ./cmd/duban

FROM alpine:${ALPINE_VERSION} AS duban
RUN adduser -D -H -u 10001 duban
COPY --from=build /out/duban /usr/local/bin/duban
# A new volume that is put at one of these belongs to whom the folder belongs to.
RUN mkdir /evidence /papers && chown duban /evidence /papers
USER duban
EXPOSE 8080
ARG VERSION=dev
LABEL org.opencontainers.image.title="duban" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENTRYPOINT ["duban"]
CMD ["--help"]
