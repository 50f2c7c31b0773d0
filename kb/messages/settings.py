"""Settings and the configuration file."""

from kb.messages.template import Template

SETTINGS: dict[str, Template] = {
    "settings.no_mapping": Template(
        "The settings file {path} must hold a mapping of sections; see configs/default.yaml.",
        "设置文件 {path} 应由各个小节组成；参见 configs/default.yaml。",
    ),
    "settings.invalid": Template(
        "The settings from {source} cannot be used: {problems}. See configs/default.yaml.",
        "{source} 中的设置无法使用：{problems}。参见 configs/default.yaml。",
    ),
    "settings.no_yaml": Template("{name}={text!r} is not valid YAML: {why}", "{name}={text!r} 不是有效的 YAML：{why}"),
    "settings.not_found": Template(
        "There is no settings file {path}. Check --config and KB_CONFIG.",
        "没有设置文件 {path}。请检查 --config 和 KB_CONFIG。",
    ),
    "settings.unreadable": Template(
        "The settings file {path} cannot be read: {why}", "设置文件 {path} 无法读取：{why}"
    ),
    "settings.no_section": Template(
        "{name}: there is no section {section!r} in the settings.", "{name}：设置中没有 {section!r} 这一节。"
    ),
    "settings.onnx_only": Template(
        "embedding.backend = onnx works with {names} only, not with embedding.model = {model}. Set "
        "embedding.backend to auto or torch.",
        "embedding.backend = onnx 只支持 {names}，不支持 embedding.model = {model}。请把 embedding.backend 设"
        "为 auto 或 torch。",
    ),
    "settings.class_not_loaded": Template(
        "{setting} = {name!r} cannot be loaded ({why}). Write it as `module:Class`.",
        "{setting} = {name!r} 无法加载（{why}）。请写成 `module:Class`。",
    ),
    "settings.reader_not_made": Template(
        "ingest.readers: {suffix} names the reader {reader!r}, which cannot be made: {why}",
        "ingest.readers：{suffix} 指定的读取器 {reader!r} 无法创建：{why}",
    ),
    "settings.file_and_environment": Template("{path} and the environment", "{path} 和环境变量"),
    "settings.environment": Template("the environment", "环境变量"),
    "settings.options": Template("{problems}", "{problems}"),
}
