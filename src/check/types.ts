/** What check/ works on and what it finds. */
import type { CheckConfig, Config, PublicationConfig } from '../config/types.js';
import type { Issue, Severity } from '../issue/types.js';
import type { RenderedMail } from '../render/types.js';

/** One thing that is wrong, or may be. */
export interface CheckFinding {
  /** Stable; docs/check.md explains it. */
  code: string;
  severity: Severity;
  message: string;
  /** As the user knows it; a template's for what an overridden template brought in. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in characters; only where the exact place is known. */
  column?: number;
  /** Whether `--fix` mends it. */
  fixable: boolean;
}

/** What a rule finds, before severity and exact place are looked up. */
export interface Draft {
  code: string;
  message: string;
  line: number;
  /** Another file than the issue's. */
  file?: string;
  /** Text of the file that is meant, on that line or soon after. */
  at?: string;
  /** What `at` can safely be replaced by. */
  replacement?: string;
}

/** The settings a check needs; what a clone without keys has. */
export interface CheckSettings {
  /** The publication's folder. */
  dir: string;
  publication: PublicationConfig;
  check: CheckConfig;
  archive: Pick<Config['archive'], 'maxImageBytes'>;
}

/** The mail of an issue, as one reader of whom little is known would get it. */
export interface BuiltMail {
  rendered: RenderedMail;
  /** The HTML part with every slot filled. */
  html: string;
}

/** An issue file that could be read as one. */
export interface Subject {
  settings: CheckSettings;
  issue: Issue;
  /** As the user knows it. */
  file: string;
  /** Absolute. */
  path: string;
  source: string;
}

/** A reader's HTML part in bytes, the larger of decoded and transfer-encoded. */
export interface MailSize {
  /** A reader with a name and nothing unusual. */
  typical: number;
  /** A reader whose every field is long and in letters that take nine bytes each. */
  longest: number;
  /** The typical reader's, before transfer encoding. */
  decoded: number;
  /** Decoded bytes of the sections, by the number of items; 0 without any. */
  averageItem: number;
  /** Decoded bytes of each item, in order, except those that are a line in a list. */
  items: { id: string; title: string; line: number; bytes: number }[];
}
