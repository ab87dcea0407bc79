-- Conversations table
CREATE TABLE IF NOT EXISTS conversations (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    participant1_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    participant2_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    last_message_at TIMESTAMP WITH TIME ZONE,

    -- Participant 1 settings
    participant1_pinned BOOLEAN DEFAULT FALSE,
    participant1_muted BOOLEAN DEFAULT FALSE,
    participant1_archived BOOLEAN DEFAULT FALSE,
    participant1_deleted_at TIMESTAMP WITH TIME ZONE,

    -- Participant 2 settings
    participant2_pinned BOOLEAN DEFAULT FALSE,
    participant2_muted BOOLEAN DEFAULT FALSE,
    participant2_archived BOOLEAN DEFAULT FALSE,
    participant2_deleted_at TIMESTAMP WITH TIME ZONE,

    CONSTRAINT different_participants CHECK (participant1_id != participant2_id),
    CONSTRAINT ordered_participants CHECK (participant1_id < participant2_id)
);

-- Indexes for conversations
CREATE UNIQUE INDEX idx_conversation_participants
ON conversations(participant1_id, participant2_id);

CREATE INDEX idx_conversation_p1_updated
ON conversations(participant1_id, updated_at DESC)
WHERE participant1_deleted_at IS NULL;

CREATE INDEX idx_conversation_p2_updated
ON conversations(participant2_id, updated_at DESC)
WHERE participant2_deleted_at IS NULL;

-- Messages table
CREATE TABLE IF NOT EXISTS messages (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id UUID NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    sender_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    recipient_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,

    -- Content
    content_type VARCHAR(20) NOT NULL CHECK (content_type IN ('text', 'image', 'video', 'audio')),
    text_content TEXT,
    media_url TEXT,
    media_thumbnail_url TEXT,
    audio_duration INTEGER, -- seconds

    -- Reply feature
    reply_to_id UUID REFERENCES messages(id) ON DELETE SET NULL,

    -- Status tracking
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    sent_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    delivered_at TIMESTAMP WITH TIME ZONE,
    read_at TIMESTAMP WITH TIME ZONE,

    -- Soft delete
    sender_deleted_at TIMESTAMP WITH TIME ZONE,
    recipient_deleted_at TIMESTAMP WITH TIME ZONE,

    CONSTRAINT valid_content CHECK (
        (content_type = 'text' AND text_content IS NOT NULL) OR
        (content_type != 'text' AND media_url IS NOT NULL)
    )
);

-- Indexes for messages
CREATE INDEX idx_messages_conversation_created
ON messages(conversation_id, created_at DESC);

CREATE INDEX idx_messages_sender
ON messages(sender_id, created_at DESC);

CREATE INDEX idx_messages_recipient_unread
ON messages(recipient_id, read_at)
WHERE read_at IS NULL AND recipient_deleted_at IS NULL;

-- Function to update conversation timestamp
CREATE OR REPLACE FUNCTION update_conversation_timestamp()
RETURNS TRIGGER AS $$
BEGIN
    UPDATE conversations
    SET
        updated_at = NOW(),
        last_message_at = NEW.created_at
    WHERE id = NEW.conversation_id;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

-- Trigger to auto-update conversation on new message
CREATE TRIGGER trigger_update_conversation_timestamp
AFTER INSERT ON messages
FOR EACH ROW
EXECUTE FUNCTION update_conversation_timestamp();

-- Indexes for performance
CREATE INDEX idx_messages_conversation_unread
ON messages(conversation_id, read_at)
WHERE read_at IS NULL;
