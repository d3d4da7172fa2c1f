/** The kinds of channels as set-up forms: made from their shapes, so that no form is out of date. */
import type { ChannelField, ChannelKindView } from '@apiary/common/messages/channel.ts';
import { z } from 'zod';
import type { ChannelType } from './channels/channel.ts';
import { CHANNEL_TYPES } from './channels/index.ts';

const propertySchema = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  /** Marks what has several lines. */
  lines: z.boolean().optional(),
});
const objectSchema = z.object({
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).default([]),
});

/** All kinds with the fields of their forms. */
export function channelKinds(): ChannelKindView[] {
  return CHANNEL_TYPES.map((type) => ({
    kind: type.kind,
    title: type.title,
    summary: type.summary,
    perDevice: type.perDevice,
    fields: fieldsOf(type),
  }));
}

function fieldsOf(type: ChannelType): ChannelField[] {
  const shape = objectSchema.parse(
    z.toJSONSchema(type.fields, { io: 'input', unrepresentable: 'any' }),
  );
  // What is made with the channel is nobody's to type.
  const made = type.initial ? Object.keys(type.initial()) : [];
  return Object.entries(shape.properties)
    .filter(([name]) => !made.includes(name))
    .map(([name, property]) => ({
      name,
      title: property.title ?? name,
      help: property.description ?? '',
      type: typeOf(property),
      choices: property.enum ?? [],
      secret: type.secrets.includes(name),
      required: shape.required.includes(name),
      ...(property.default !== undefined && { default: property.default }),
    }));
}

function typeOf(property: z.output<typeof propertySchema>): ChannelField['type'] {
  if (property.enum) return 'choice';
  if (property.type === 'boolean') return 'switch';
  if (property.type === 'array') return 'list';
  if (property.lines) return 'lines';
  return property.type === 'number' || property.type === 'integer' ? 'number' : 'text';
}
