/** An issue as far as a source gives it, before it is written as a file. */
import type { RootContent } from 'mdast';

export interface Draft {
  number: number | undefined;
  title: string | undefined;
  /** YYYY-MM-DD */
  date: string | undefined;
  nodes: RootContent[];
  /** The nodes as Markdown, where the source's own can be kept. */
  body?: string;
  /** Metadata of the source that the format keeps under other keys or as they are. */
  extra?: Record<string, unknown>;
}
