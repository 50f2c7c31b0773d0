"""The home of a knowledge base, its catalog and its backups."""

from kb.messages.template import Template

HOMES: dict[str, Template] = {
    "home.key_unusable": Template(
        "The key {file} cannot be read or written: {why}. Check who owns it.",
        "密钥 {file} 无法读取或写入：{why}。请检查它归谁所有。",
    ),
    "backup.exists": Template(
        "{file} exists already. Give the backup another name.", "{file} 已存在。请为备份另取名称。"
    ),
    "backup.no_place": Template(
        "{file!r} is no place for a backup. Name a file outside the home.",
        "{file!r} 不能存放备份。请指定主目录之外的文件。",
    ),
    "backup.disk_full": Template(
        "The disk that holds {file} is full; nothing half done was kept.", "{file} 所在的磁盘已满，未留下半成品。"
    ),
    "backup.key_damaged": Template(
        "{file} holds no key of backups, which is 64 hexadecimal digits.",
        "{file} 中没有备份的密钥（应为 64 位十六进制数）。",
    ),
    "backup.key_hint": Template(
        "{problem} It signs the backups of this home; put it back, or delete it: the next backup makes "
        "another, and those taken before can no longer be proved.",
        "{problem}它用于签署本主目录的备份；请放回原文件，或将其删除：下次备份会生成新的密钥，而此前的备份将"
        "无法再验证。",
    ),
    "backup.not_whole": Template(
        "{file} is not a whole backup: {why}. Nothing was restored; take another backup file.",
        "{file} 不是完整的备份：{why}。未恢复任何内容；请换一个备份文件。",
    ),
    "backup.is_folder": Template(
        "{file} is a folder. Name one of the backup files in it.", "{file} 是文件夹。请指定其中的一个备份文件。"
    ),
    "backup.place_not_empty": Template(
        "{place} is not empty. A backup is restored into a new --home.", "{place} 不是空的。备份须恢复到新的 --home。"
    ),
    "backup.too_new": Template(
        "The backup {file} was written by a newer version. Update the product first.",
        "备份 {file} 由更新的版本写成。请先更新本产品。",
    ),
    "backup.not_restored": Template("{why} Nothing was restored.", "{why}未恢复任何内容。"),
    "backup.not_found": Template("There is no backup {file}. Check the path.", "没有备份 {file}。请检查路径。"),
    "backup.unreadable": Template("The backup {file} cannot be read: {why}.", "备份 {file} 无法读取：{why}。"),
    "home.catalog_leads_out": Template(
        "{catalog} was damaged or made up: its column {column} holds {held!r}, which would lead out of the "
        "home. Restore a backup that you trust into a new --home.",
        "{catalog} 已损坏或被伪造：其中 {column} 一列的 {held!r} 会指向主目录之外。请把可信的备份恢复到新的 --home。",
    ),
    "home.no_catalog": Template(
        "{catalog} is not a catalog that can be read ({why}).", "{catalog} 不是可读取的目录库（{why}）。"
    ),
    "home.catalog_foreign": Template(
        "{catalog} was damaged or made up: {name!r} in it is not of this product.",
        "{catalog} 已损坏或被伪造：其中的 {name!r} 不属于本产品。",
    ),
    "home.catalog_damaged": Template("{catalog} is damaged: {problem}.", "{catalog} 已损坏：{problem}。"),
    "home.too_new": Template(
        "{home} was written by a newer version (schema {version}; this one knows {known}). Update the "
        "product, or choose another --home.",
        "{home} 由更新的版本写成（格式 {version}，本版本最高到 {known}）。请更新本产品，或另选 --home。",
    ),
    "home.catalog_unreadable": Template(
        "{path} is not a catalog that can be read ({why}). Restore it from a backup, or choose another --home.",
        "{path} 不是可读取的目录库（{why}）。请从备份恢复，或另选 --home。",
    ),
    "home.not_overwritten": Template(
        "What was deleted can no longer be found, but bytes of it are still in {path}: something has been "
        "reading it all the time. The next deletion or start overwrites them.",
        "已删除的内容无法再被找到，但其字节仍留在 {path} 中：一直有程序在读取它。下次删除或启动时会将其覆盖。",
    ),
    "home.disk_full_nothing_kept": Template(
        "The disk that holds {path} is full; nothing half done was kept. Free some space and run the command again.",
        "{path} 所在的磁盘已满，未留下半成品。请腾出空间后重试。",
    ),
    "home.unusable": Template(
        "The home {path} cannot be used: {why}. Choose another --home.",
        "主目录 {path} 无法使用：{why}。请另选 --home。",
    ),
    "home.no_hash": Template(
        "The catalog in {path} names content by {name!r}, which is no hash: it was damaged or made up. "
        "Restore a backup that you trust into a new --home.",
        "{path} 的目录库用 {name!r} 指称内容，而它不是哈希值：目录库已损坏或被伪造。请把可信的备份恢复到新的 --home。",
    ),
    "home.catalog_gone": Template(
        "{path} holds originals, but its catalog.db is gone. Restore a backup into a new --home, or move the "
        "originals away to begin anew.",
        "{path} 中有原文件，但 catalog.db 不见了。请把备份恢复到新的 --home，或移走这些原文件后重新开始。",
    ),
    "home.not_empty": Template(
        "{path} is no home and has other files in it. Name a new or an empty folder as --home.",
        "{path} 不是主目录，其中有其他文件。请用 --home 指定新的或空的文件夹。",
    ),
    "home.disk_full": Template(
        "The disk that holds {path} is full. Free some space and try again.",
        "{path} 所在的磁盘已满。请腾出空间后重试。",
    ),
    "home.in_use": Template(
        "The home {path} is in use by process {owner}. Stop that one (a running `kb up` or `kb ingest`), or "
        "choose another --home.",
        "主目录 {path} 正被进程 {owner} 使用。请停止该进程（正在运行的 `kb up` 或 `kb ingest`），或另选 --home。",
    ),
    "home.embedded_with_other": Template(
        "This home was embedded with {before}, the configuration names {now}. Vectors of two models do not "
        "mix: set the old model again, or run `kb reindex` to embed everything with the new one.",
        "知识库是用 {before} 向量化的，而配置中是 {now}。两种模型的向量不能混用：请改回原模型，或运行 `kb "
        "reindex` 全部重建。",
    ),
    "home.vectors_damaged": Template(
        "The vector index in {folder} cannot be used ({kind}: {why}). Run `kb repair` to build it again from "
        "the catalog.",
        "{folder} 中的向量索引无法使用（{kind}：{why}）。请运行 `kb repair`，由目录库重建索引。",
    ),
    "home.disk_full_again": Template(
        "The disk that holds {path} is full. Free some space and run the command again.",
        "{path} 所在的磁盘已满。请腾出空间后重试。",
    ),
    "home.disk_full_run_again": Template(
        "The disk of the home is full. Free some space and run again.", "主目录所在的磁盘已满。请腾出空间后重试。"
    ),
    "home.split_with_other": Template(
        "The documents of this home were split with {before}, the configuration says {now}. Chunks of two "
        "kinds are not mixed: set the old values again, or run `kb reindex` to split and embed everything "
        "anew.",
        "知识库的文档按 {before} 切分，而配置为 {now}。两种切分不能混用：请改回原值，或运行 `kb reindex` 全部重建。",
    ),
    "home.no_home": Template("{path} is no home. Name one with --home.", "{path} 不是主目录。请用 --home 指定。"),
    "backup.key_unreadable": Template("The key {file} cannot be read: {why}.", "密钥 {file} 无法读取：{why}。"),
    "home.in_use_by_service": Template(
        "The home {path} is in use by process {pid}, a running `kb up` at {origin}. `kb open` prints an "
        "address that lets a browser in.",
        "主目录 {path} 正被进程 {pid} 使用，即位于 {origin} 的 `kb up`。`kb open` 会给出让浏览器进入的地址。",
    ),
    "home.token_unusable": Template(
        "The token {file} cannot be read or written: {why}. Check who owns it, or delete it: the next start "
        "makes another.",
        "令牌 {file} 无法读取或写入：{why}。请检查它归谁所有，或将其删除：下次启动会生成新的令牌。",
    ),
    "home.file_not_written": Template(
        "{file} cannot be written: {why}. Check the home's disk and its owner.",
        "{file} 无法写入：{why}。请检查主目录所在的磁盘及其所有者。",
    ),
    "backup.no_mac": Template(
        "The backup {file} is unproved: it has no MAC, as those of 0.1.0 and those that somebody changed. "
        "Where you trust the place it lay in, --unproved restores it.",
        "备份 {file} 未经验证：它没有 MAC，0.1.0 版的备份和被人改动过的备份都是如此。如果您信任它存放的地方，"
        "可用 --unproved 恢复。",
    ),
    "backup.no_key": Template(
        "The backup {file} is unproved: the key of its home ({home}) is not on this machine. Name it with "
        "--key; `kb backup-key` shows it where that home is.",
        "备份 {file} 未经验证：其主目录（{home}）的密钥不在本机。请用 --key 指明；在该主目录所在的机器上，"
        "`kb backup-key` 会显示它。",
    ),
    "backup.other_key": Template(
        "The backup {file} was not signed with the key of its home: it was changed, or is of another home. "
        "Take another one, or name its key with --key; --unproved restores it.",
        "备份 {file} 不是用其主目录的密钥签署的：它被改动过，或属于另一个主目录。请换一个备份，或用 --key 指"
        "明其密钥；--unproved 可强行恢复。",
    ),
    "backup.foreign_member": Template("{name!r} does not belong into it", "{name!r} 不属于备份"),
    "backup.cut_off": Template(
        "it was cut off or changed, or is no tar file at all", "它被截断或改动过，或根本不是 tar 文件"
    ),
    "backup.end_missing": Template("its end is missing", "它缺少结尾"),
    "backup.files_changed": Template(
        "{count} of its files are missing or changed, such as {name!r}",
        "其中有 {count} 个文件缺失或被改动，例如 {name!r}",
    ),
    "backup.catalog_unusable": Template("{why}", "{why}"),
    "check.catalog_damaged": Template("catalog.db: {why}", "catalog.db 已损坏：{why}"),
    "check.rows_astray": Template(
        "catalog.db: {count} rows refer to others that are not there", "catalog.db：有 {count} 行指向不存在的行"
    ),
    "check.word_index": Template(
        "The word index holds {found} chunks, the catalog {chunks}. Run `kb repair`.",
        "词语索引中有 {found} 个片段，目录库中有 {chunks} 个。请运行 `kb repair`。",
    ),
    "check.vector_index": Template(
        "The vector index holds {found} chunks, the catalog {chunks}. Run `kb repair`.",
        "向量索引中有 {found} 个片段，目录库中有 {chunks} 个。请运行 `kb repair`。",
    ),
    "check.no_hash": Template(
        "{name} names its original by {given!r}, which is no hash. Restore a backup.",
        "{name} 的原件以 {given!r} 为名，这不是哈希值。请恢复备份。",
    ),
    "check.original_changed": Template(
        "The original of {name} has changed on the disk. Restore it from a backup.",
        "{name} 的原件在磁盘上已被改动。请从备份恢复。",
    ),
    "check.original_missing": Template(
        "The original of {name} is missing. Restore a backup, or delete it and ingest its file again.",
        "缺少 {name} 的原件。请恢复备份，或删除它并重新读入其文件。",
    ),
    "check.more_missing": Template("{count} more originals are missing.", "还缺少另外 {count} 个原件。"),
}
