/** One statement of a migration that would hold up traffic, or break code that is still running, and why. */
export interface Breach {
  statement: string
  rule: string
}

interface Rule {
  /** What must not be said, and in which kind of migration. */
  forbids: RegExp
  unless?: RegExp
  when?: 'transactional' | 'not transactional'
  rule: string
}

/** Of docs/migrations.md, those that can be told from the text of a statement. */
const RULES: Rule[] = [
  {
    forbids: /^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)/i,
    rule: 'makes an index while nobody can write: CREATE INDEX CONCURRENTLY, outside a transaction',
  },
  {
    forbids: /^DROP INDEX (?!CONCURRENTLY)/i,
    rule: 'waits for all who read, and all wait for it: DROP INDEX CONCURRENTLY, outside a transaction',
  },
  {
    forbids: /\bINDEX CONCURRENTLY\b/i,
    when: 'transactional',
    rule: 'cannot run in a transaction: export const transactional = false',
  },
  {
    forbids: /^ALTER (?!TABLE \S+ VALIDATE)|^UPDATE|^DELETE|^INSERT/i,
    when: 'not transactional',
    rule: 'is left half-done when it stops: only steps that can be done again go outside a transaction',
  },
  {
    forbids: /\bADD COLUMN\b(?!.*\bDEFAULT\b).*\bNOT NULL\b/i,
    rule: 'old code does not fill the column: add it with a default, or nullable',
  },
  {
    forbids: /\bADD COLUMN\b.*\bDEFAULT\b.*\b(gen_random_uuid|random|clock_timestamp|nextval|uuidv7)\(/i,
    rule: 'writes the whole table anew: add it nullable, fill it in portions, then set the default',
  },
  {
    forbids: /\bADD COLUMN\b.*\b(SERIAL|BIGSERIAL|GENERATED)\b/i,
    rule: 'writes the whole table anew',
  },
  {
    forbids: /\bALTER COLUMN\b.*\b(TYPE|SET NOT NULL)\b/i,
    rule: 'reads or writes the whole table under a lock: a new column, or a CHECK that is NOT VALID and validated later',
  },
  {
    forbids: /\bADD (CONSTRAINT \S+ )?(CHECK|FOREIGN KEY)\b/i,
    unless: /\bNOT VALID\b/i,
    rule: 'reads the whole table under a lock: NOT VALID, and VALIDATE CONSTRAINT in a later migration',
  },
  {
    forbids: /\bADD (CONSTRAINT \S+ )?(UNIQUE|PRIMARY KEY|EXCLUDE)\b/i,
    unless: /\bUSING INDEX\b/i,
    rule: 'makes an index under a lock: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX',
  },
  {
    forbids: /\b(RENAME|DROP COLUMN|DROP TABLE|DROP VIEW)\b|\bSET SCHEMA\b/i,
    rule: 'breaks the version that still runs: stop using it in one release, take it away in a later one',
  },
  {
    forbids: /^(LOCK|TRUNCATE|CLUSTER|VACUUM FULL|REINDEX (?!.*CONCURRENTLY))/i,
    rule: 'locks the table for as long as it takes',
  },
  {
    forbids: /^(UPDATE|DELETE FROM)\b/i,
    unless: /\bLIMIT\b/i,
    rule: 'writes a whole table in one transaction: in portions, outside the migration',
  },
]

/** Which statements of a migration break a rule. Tables that it makes itself are nobody's yet, and free of them. */
export function findBreaches(
  statements: readonly string[],
  { transactional }: { transactional: boolean },
): Breach[] {
  const plain = statements.map(text => text.replace(/\s+/g, ' ').replaceAll('"', '').trim())
  const own = plain.flatMap(text => /^CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)/i.exec(text)?.[1] ?? [])
  const isOfOwn = (text: string) =>
    own.some(table => new RegExp(`\\b(ON|TABLE|UPDATE|INTO|FROM) (ONLY )?${table}\\b`, 'i').test(text))
  const kind = transactional ? 'transactional' : 'not transactional'
  return plain
    .filter(text => !isOfOwn(text))
    .flatMap(statement =>
      RULES.filter(
        ({ forbids, unless, when = kind }) =>
          when === kind && forbids.test(statement) && !unless?.test(statement),
      ).map(({ rule }) => ({ statement, rule })),
    )
}
