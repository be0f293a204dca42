/**
 * From text with markers to pieces: static strings, and slots whose source names the context of
 * every output.
 */
import { AppError } from '../errors.js';
import { type Context, endsInText, type Place, placesIn, plainContext } from './context.js';
import type { BlockInsertion, Insertion, Markers, Origin } from './markers.js';
import { escapeHtml } from './slots.js';
import type { Piece, Slot } from './types.js';

type Medium = 'html' | 'header' | 'plain';

/**
 * Cuts a finished part at its markers.
 * @throws AppError template_invalid when a marker stands where no field can be safe
 */
export function toPieces(text: string, medium: Medium, markers: Markers): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { marker, offset, context } of contextsIn(text, medium, markers)) {
    if (offset > end) pieces.push(text.slice(end, offset));
    pieces.push(slotOf(marker, context, markers));
    end = offset + marker.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

function slotOf(marker: string, context: Context, markers: Markers): Slot {
  const insertion = markers.get(marker);
  if (insertion.kind !== 'paragraph') return { source: sourceOf(insertion, context, markers) };
  const source = withMarkers(insertion.text, 'plain', markers, guardBraces);
  // guardBraces() has doubled trailing backslashes for a statement to follow.
  const ending = source.endsWith('\\') ? '{{{plain ""}}}' : '';
  return { source: source + ending, wrap: insertion.wrap };
}

interface MarkerInContext {
  marker: string;
  offset: number;
  context: Context;
}

function contextsIn(text: string, context: Context, markers: Markers): MarkerInContext[] {
  const found = markers.find(text);
  if (context === 'html') {
    const places = placesIn(text, found);
    return found.map(({ marker, offset }, index) => {
      const place = places[index] ?? { kind: 'unsafe', where: 'an unknown place' };
      return { marker, offset, context: safeContext(place, markers.get(marker)) };
    });
  }
  return found.map(({ marker, offset }) => ({
    marker,
    offset,
    context: inherited(text, offset, context),
  }));
}

/** The context of an output inside a block that stands in `context` itself. */
function inherited(text: string, offset: number, context: Context): Context {
  if (context === 'plain') return plainContext(text, offset);
  if (context === 'url' && text.slice(0, offset).trim() !== '') return 'urlpart';
  return context;
}

function safeContext(place: Place, insertion: Insertion): Context {
  if (place.kind === 'safe') return place.context;
  const origin = insertion.kind === 'paragraph' ? undefined : insertion.origin;
  throw misplaced(`a subscriber's field cannot stand in ${place.where}`, origin);
}

/** An error about a subscriber expression, at the place it was written. */
export function misplaced(message: string, origin: Origin | undefined): AppError {
  const text = origin === undefined ? message : `${origin.source}: ${message}`;
  const details = origin && { file: origin.file, line: origin.line };
  return new AppError('template_invalid', text, details);
}

function sourceOf(insertion: Insertion, context: Context, markers: Markers): string {
  switch (insertion.kind) {
    case 'output':
      return outputSource(insertion.expression, context);
    case 'block':
      return blockSource(insertion, context, markers);
    case 'paragraph':
      throw new Error('a paragraph cannot stand inside of another slot');
  }
}

function outputSource(expression: string, context: Context): string {
  const argument = expression.includes(' ') ? `(${expression})` : expression;
  if (context === 'urlpart') return `{{{url ${argument} part=true}}}`;
  return `{{{${context} ${argument}}}}`;
}

function blockSource(block: BlockInsertion, context: Context, markers: Markers): string {
  const body = (text: string) => bodySource(text, block, context, markers);
  const otherwise = block.inverse === undefined ? '' : `{{else}}${body(block.inverse)}`;
  return `{{#${block.helper} ${block.expression}}}${body(block.program)}${otherwise}{{/${block.helper}}}`;
}

function bodySource(
  text: string,
  block: BlockInsertion,
  context: Context,
  markers: Markers,
): string {
  if (block.writtenBy === 'template') {
    if (context === 'html' && !endsInText(text)) {
      throw misplaced('the block splits a tag; it must hold whole elements', block.origin);
    }
    return withMarkers(text, context, markers, guardBraces);
  }
  // An author's body is text: its outputs stand where the block stands.
  return join(text, inheritedContexts(text, context, markers), markers, (part) =>
    guardBraces(escapeFor(part, context)),
  );
}

function inheritedContexts(text: string, context: Context, markers: Markers): MarkerInContext[] {
  return markers
    .find(text)
    .map((found) => ({ ...found, context: inherited(text, found.offset, context) }));
}

function withMarkers(
  text: string,
  context: Context,
  markers: Markers,
  write: (part: string) => string,
): string {
  return join(text, contextsIn(text, context, markers), markers, write);
}

function join(
  text: string,
  found: MarkerInContext[],
  markers: Markers,
  write: (part: string) => string,
): string {
  let source = '';
  let end = 0;
  for (const { marker, offset, context } of found) {
    source += write(text.slice(end, offset)) + sourceOf(markers.get(marker), context, markers);
    end = offset + marker.length;
  }
  return source + write(text.slice(end));
}

function escapeFor(text: string, context: Context): string {
  return context === 'plain' || context === 'header' ? text : escapeHtml(text);
}

/**
 * Static text in Handlebars source: braces go through a helper, and backslashes that would touch a
 * following statement are doubled by one (Handlebars reads `\{{` as text, `\\{{` as one backslash).
 */
function guardBraces(text: string): string {
  return text
    .replace(/\{+/g, (braces) => `{{{plain "${braces}"}}}`)
    .replace(/\\+(?=\{\{|$)/g, (backslashes) => `${backslashes}\\`);
}
