// Drawn here: a few lines each, no font and no request.
const paths: Record<string, string> = {
  home: "M2 7.5 8 2.500l6 5M3.5 6.500V13.500h9V6.5",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1.5 1.500h-11zM6.5 14h3",
  book: "M3 2.500h8.500a1.5 1.5 0 0 1 1.5 1.500v9.500H4.500A1.5 1.5 0 0 1 3 12zM5.5 5.500h5M5.5 8h5",
  grid: "M2.5 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.5 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z",
  box: "M8 1.8 13.5 4.800v6.400L8 14.2 2.5 11.200V4.800zM2.5 4.8 8 7.800l5.5-3M8 7.800v6.4",
  pulse: "M1.5 8.500h3l2-5 3 9 2-4h3",
  mute: "M2.5 6v4h2.500l3.5 3V3L5 6zM11 6l3 4M14 6l-3 4",
  check: "M2.5 8.5 6.5 12.5 13.5 4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7 14 14",
  gear: "M8 10.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8 1.500v2M8 12.500v2M1.5 8h2M12.5 8h2M3.4 3.400l1.4 1.400M11.2 11.200l1.4 1.400M3.4 12.600l1.4-1.400M11.2 4.800l1.4-1.4",
  person: "M8 8a2.8 2.8 0 1 0 0-5.600A2.8 2.8 0 0 0 8 8M2.5 14c.5-3 2.5-4.2 5.5-4.200s5 1.2 5.5 4.2",
  menu: "M2 4h12M2 8h12M2 12h12",
  warn: "M8 2 14.5 13.500h-13zM8 6.500v3M8 11.500v.5",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M3.4 12.600l1-1M11.6 4.400l1-1",
  moon: "M13.5 9.500A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7z",
  copy: "M5.5 5.500h8v8h-8zM3 10.500H2.500v-8h8V3",
  right: "M6 3l5 5-5 5",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
