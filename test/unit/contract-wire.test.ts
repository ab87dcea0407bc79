import { expectTypeOf, test } from 'vitest'
import type * as z from 'zod'
import type { failureCode } from '../../shared/contract/commands.ts'
import type { EventData } from '../../shared/contract/events.ts'
import type { chatUser, conversation, deletedMessage, message } from '../../shared/contract/objects.ts'
import type { problem } from '../../shared/contract/problems.ts'
import type * as wire from '../../shared/contract/wire.ts'

type WithoutAudience<Data> = Omit<Data, 'audience'>

/** Held by `npm run types`. */
test('the types that clients get are those of the schemas', () => {
  expectTypeOf<z.infer<typeof message>>().toEqualTypeOf<wire.Message>()
  expectTypeOf<z.infer<typeof deletedMessage>>().toEqualTypeOf<wire.DeletedMessage>()
  expectTypeOf<z.infer<typeof chatUser>>().toEqualTypeOf<wire.ChatUser>()
  expectTypeOf<z.infer<typeof conversation>>().toEqualTypeOf<wire.Conversation>()
  expectTypeOf<z.infer<typeof problem>>().toEqualTypeOf<wire.Problem>()
  expectTypeOf<z.infer<typeof failureCode>>().toEqualTypeOf<wire.FailureCode>()
  expectTypeOf<WithoutAudience<EventData<'messages.read'>>>().toEqualTypeOf<
    Omit<wire.MessageStatusChange, 'status'>
  >()
  expectTypeOf<WithoutAudience<EventData<'message.deleted'>>>().toEqualTypeOf<
    wire.FrameData['messageDeleted']
  >()
  expectTypeOf<EventData<'conversation.updated'>['conversation']>().toEqualTypeOf<
    wire.FrameData['conversationUpdated']
  >()
  expectTypeOf<WithoutAudience<EventData<'typing.changed'>>>().toEqualTypeOf<wire.FrameData['typing']>()
})
