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
    "settings.problem": Template("{name}: {what}", "{name}：{what}"),
    "settings.unknown": Template("there is no such setting", "没有这个设置"),
    "settings.missing": Template("it is missing", "缺少这一项"),
    "settings.whole_number": Template("it must be a whole number", "应为整数"),
    "settings.number": Template("it must be a number", "应为数字"),
    "settings.yes_or_no": Template("it must be true or false", "应为 true 或 false"),
    "settings.text": Template("it must be a text", "应为文字"),
    "settings.list": Template("it must be a list", "应为列表"),
    "settings.section": Template("it must hold names and values", "应由名称和值组成"),
    "settings.one_of": Template("it must be one of {names}", "应为 {names} 之一"),
    "settings.at_least": Template("it must be at least {limit}", "至少为 {limit}"),
    "settings.at_most": Template("it must be at most {limit}", "至多为 {limit}"),
    "settings.above": Template("it must be above {limit}", "应大于 {limit}"),
    "settings.below": Template("it must be below {limit}", "应小于 {limit}"),
}
