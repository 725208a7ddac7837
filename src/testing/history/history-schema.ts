import { headerFields, placeFields, recordFields } from './shapes.js';
import { constant, objectOf, type JsonSchema, type Shape } from './shape.js';

/** The JSON Schema of one line of a history: docs/history.schema.json. */
export function historySchema(): JsonSchema {
  const records = Object.entries(recordFields).map(([kind, fields]) =>
    titled(kind, objectOf({ kind: constant(kind), ...placeFields, ...fields })),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'One line of a Heliostat history, version 1',
    description: 'The first line is a header, every other one a record. docs/history-format.md says what they mean.',
    oneOf: [titled('header', objectOf(headerFields)), ...records],
  };
}

function titled(title: string, { schema }: Shape): JsonSchema {
  return { title, ...schema };
}
