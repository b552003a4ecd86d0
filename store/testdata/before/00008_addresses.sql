-- +goose Up
-- Where people are reached outside the system, and the groups that the committee
-- is told things in. An address of the web holds a key as often as not, so it is
-- as secret as the secret beside it: neither is in any answer, log or export,
-- and a dump of this table is to be kept like a password.

CREATE TABLE addresses (
    id         text PRIMARY KEY,
    -- NULL: a group's robot, which is nobody's own.
    account_id text REFERENCES accounts,
    kind       text NOT NULL CHECK (kind IN ('email', 'webhook', 'wecom', 'dingtalk', 'feishu')),
    address    text NOT NULL CHECK (address <> ''),
    secret     text NOT NULL,
    name       text NOT NULL,
    author     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((account_id IS NULL) = (kind IN ('wecom', 'dingtalk', 'feishu'))),
    -- An address given again is the same one with another secret or name.
    UNIQUE NULLS NOT DISTINCT (account_id, kind, address)
);
