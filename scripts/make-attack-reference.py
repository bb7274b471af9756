#!/usr/bin/env python3
"""Writes content/attack/techniques.tsv from MITRE's STIX objects (one attack-pattern a line, gzip).

Usage: scripts/make-attack-reference.py FOLDER, where FOLDER holds attack-patterns.jsonl.gz and LICENSE.txt of mitre/cti.
Columns: id, name, tactics, platforms, revoked or deprecated, replaced by.
"""
import gzip
import json
import sys
from pathlib import Path

out = Path(__file__).resolve().parent.parent / "content" / "attack"
folder = Path(sys.argv[1])
rows = {}
for line in gzip.open(folder / "attack-patterns.jsonl.gz", "rt", encoding="utf-8"):
    item = json.loads(line)
    if (id := next((r["external_id"] for r in item.get("external_references", []) if r.get("source_name") == "mitre-attack"), None)) is None:
        continue
    state = "revoked" if item.get("revoked") else "deprecated" if item.get("x_mitre_deprecated") else ""
    if id in rows and state:
        continue
    tactics = ",".join(p["phase_name"] for p in item.get("kill_chain_phases", []) if p.get("kill_chain_name") == "mitre-attack")
    rows[id] = (id, item["name"], tactics, ",".join(item.get("x_mitre_platforms", [])), state)
with (out / "techniques.tsv").open("w", encoding="utf-8") as file:
    file.write("id\tname\ttactics\tplatforms\tstate\n")
    for id in sorted(rows):
        file.write("\t".join(rows[id]) + "\n")
notice = (folder / "LICENSE.txt").read_text(encoding="utf-8").split("CAPEC")[0].rstrip()
(out / "NOTICE.txt").write_text("techniques.tsv is made from MITRE ATT&CK (Enterprise). MITRE's notice:\n\n" + notice + "\n", encoding="utf-8")
print(len(rows), "techniques")
