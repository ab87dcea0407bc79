-- For development, after the migrations; safe to repeat. Logins of the two services that use the database, each with the
-- rights of its role, and the users of the examples.
DO $$ BEGIN
  CREATE ROLE chat_ingress LOGIN PASSWORD 'chat_ingress' IN ROLE chat_reader;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$ BEGIN
  CREATE ROLE chat_persister LOGIN PASSWORD 'chat_persister' IN ROLE chat_writer;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
INSERT INTO users (id, username, name)
VALUES (1, 'alice', 'Alice'), (2, 'bob', 'Bob'), (3, 'carol', 'Carol')
ON CONFLICT DO NOTHING;
SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users));
