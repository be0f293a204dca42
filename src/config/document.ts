/** One YAML file with the positions of what stands in it. */
import { readFile } from 'node:fs/promises';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { AppError, type ErrorCode } from '../errors.js';

/** Keys and list indexes from the top of the document down to a value. */
export type Path = readonly (string | number)[];

export interface YamlFile {
  /** As messages name it. */
  name: string;
  /** Plain data; undefined for an empty file. */
  value: unknown;
  /** Line of what stands at `path`, or of the nearest thing above it that does; from 1. */
  lineOf(path: Path): number;
}

/**
 * @param name how messages call the file
 * @throws AppError `missing` when it cannot be read, `config_invalid` with every syntax error
 */
export async function readYamlFile(
  file: string,
  name: string,
  missing: { code: ErrorCode; message: string },
): Promise<YamlFile> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError(missing.code, missing.message, { cause });
  });
  return parseYaml(text, name);
}

/** @throws AppError `config_invalid` with every syntax error */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first, ...others] = document.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    message: `not valid YAML: ${error.message}`,
  }));
  if (first) {
    const rest = others.map(({ line, message }) => `\n${name}:${line}: ${message}`);
    throw new AppError('config_invalid', first.message + rest.join(''), {
      file: name,
      line: first.line,
    });
  }
  const offsetOf = (path: Path) =>
    offsetIn(document.contents, path, (node) => (isAlias(node) ? node.resolve(document) : node));
  return {
    name,
    value: document.toJS() ?? undefined,
    lineOf: (path) => Math.max(1, lines.linePos(offsetOf(path)).line),
  };
}

function offsetIn(root: Node | null, path: Path, resolve: (node: unknown) => unknown): number {
  let offset = 0;
  let node: unknown = root;
  for (const step of path) {
    const container = resolve(node);
    if (isMap(container)) {
      const pair = container.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!pair || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(container)) {
      node = container.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
