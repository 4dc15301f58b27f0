-- 短信: an outbox. Number and text are encrypted while a message waits, and gone once it left; `mobile` is masked.
CREATE TABLE sms_messages (
    sms_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    template text NOT NULL,
    label text NOT NULL,
    mobile text NOT NULL,
    content bytea,
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'failed')),
    reason text NOT NULL,
    tries integer NOT NULL,
    useful_until timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT sms_content_only_while_it_waits CHECK ((state = 'queued') = (content IS NOT NULL)),
    CONSTRAINT sms_failed_with_reason CHECK ((state = 'failed') = (reason <> ''))
);
CREATE INDEX sms_messages_state ON sms_messages (state, sms_id DESC);
CREATE INDEX sms_messages_age ON sms_messages (queued_at);
COMMENT ON TABLE sms_messages IS 'room: delivery. Text messages that go out, without their text once they left.';
GRANT SELECT, INSERT, UPDATE, DELETE ON sms_messages TO mingpiao_system;

CREATE TABLE sms_phone (
    reference text PRIMARY KEY,
    mobile text NOT NULL,
    words text NOT NULL,
    arrived_at timestamptz NOT NULL
);
CREATE INDEX sms_phone_mobile ON sms_phone (mobile, arrived_at DESC);
CREATE INDEX sms_phone_age ON sms_phone (arrived_at DESC);
COMMENT ON TABLE sms_phone IS 'room: delivery. What the demonstration''s telephone shows; empty anywhere else.';
GRANT SELECT, INSERT, DELETE ON sms_phone TO mingpiao_system;

ALTER TABLE accounts ADD COLUMN mobile text NOT NULL DEFAULT '' CHECK (mobile ~ '^(1[3-9][0-9]{9})?$');
COMMENT ON COLUMN accounts.mobile IS 'The person''s mobile number, to which codes and notices are sent; empty: none. Pages show it masked.';
