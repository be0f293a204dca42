/** The design as templates see it: the logo's pictures have addresses. */
import type { PublicationConfig } from '../config/types.js';
import { imageSource } from './links.js';

export interface DesignView extends Omit<PublicationConfig['design'], 'logo'> {
  logo: { src: string; darkSrc: string | undefined; width: number; height: number } | undefined;
}

/** Pictures of a logo lie beside the issue files, as those of an issue do. */
export function designView({ design, url }: PublicationConfig): DesignView {
  const { logo, ...rest } = design;
  const src = logo && imageSource(logo.file, `${url}/issues`);
  if (logo === undefined || src === undefined) return { ...rest, logo: undefined };
  const dark = imageSource(logo.dark, `${url}/issues`);
  const darkSrc = dark === src ? undefined : dark;
  return { ...rest, logo: { src, darkSrc, width: logo.width, height: logo.height } };
}
