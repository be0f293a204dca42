/** The sections of an issue and, while it is read, the way down to the one that is open. */
import type { Findings } from './findings.js';
import type { Section } from './types.js';

export class SectionStack {
  readonly sections: Section[] = [];
  #path: Section[] = [];

  get current(): Section | undefined {
    return this.#path.at(-1);
  }

  start(section: Section): void {
    this.#path = [...this.#path.filter(({ level }) => level < section.level), section];
    this.sections.push(section);
  }

  /** Names, outermost first. */
  get category(): string[] {
    return this.#path.map(({ name }) => name);
  }

  get highlight(): boolean {
    return this.#path.some(({ name, level }) => level < 3 && /^highlights:?$/i.test(name));
  }
}

/** Without the sections that hold nothing, neither themselves nor in a subsection. */
export function pruneSections(sections: readonly Section[], findings: Findings): Section[] {
  return sections.filter((section, i) => {
    if (section.blocks.length > 0 || hasFilledSubsection(sections, i)) return true;
    const message = `the section "${section.name}" is empty and left out`;
    findings.warn('empty-section', section.position.line, message);
    return false;
  });
}

function hasFilledSubsection(sections: readonly Section[], index: number): boolean {
  const level = sections[index]?.level ?? 1;
  for (const { level: nextLevel, blocks } of sections.slice(index + 1)) {
    if (nextLevel <= level) return false;
    if (blocks.length > 0) return true;
  }
  return false;
}
