import { acceptReceipt } from '../../../shared/contract/accept-command.ts'
import { parseRequest } from '../../../shared/contract/problems.ts'
import { socketReceiptData } from '../../../shared/contract/requests.ts'
import { ACCEPTED, type Action } from './action.ts'
import { sendCommand } from './send-command.ts'

export const markRead = markAs('read')
export const markDelivered = markAs('delivered')

/** Takes messages by their ids, or all up to a seq. */
function markAs(status: 'read' | 'delivered'): Action {
  return async (input, deps) => {
    const { caller, data, requestId } = input
    const { conversationId, ...target } = parseRequest(socketReceiptData, data)
    const command = acceptReceipt(caller.userId, status, conversationId, target, { requestId })
    deps.limits.take('writes', caller.userId)
    await sendCommand(deps, input, command)
    return ACCEPTED
  }
}
