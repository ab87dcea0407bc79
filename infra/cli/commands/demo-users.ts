import * as z from 'zod'
import { databaseSettings, readConfig } from '../../../shared/config.ts'
import { type Command, print } from '../command.ts'

const demoUsersConfig = z.object({ DATABASE_URL: databaseSettings.DATABASE_URL })

export const demoUsers: Command = {
  summary: 'Adds the users 1, 2 and 3 where the chat made the table of users itself. For trials.',
  settings: async () => demoUsersConfig,
  async run({ env }) {
    const { DATABASE_URL } = readConfig(demoUsersConfig, env)
    const { addDemoUsers } = await import('../../../shared/database/add-demo-users.ts')
    print(
      (await addDemoUsers(DATABASE_URL)) ? 'users 1, 2, 3: present' : 'nothing to do: the users are not ours',
    )
  },
}
