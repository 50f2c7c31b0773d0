"""Vocabulary: words of questions at work that mean the same, in Chinese and English, so that two ways of asking meet.

A line is `concepts: English phrases | Chinese ones`. A phrase stands for all the concepts before the colon; `-` for
none: such words make no difference. What stands in no line is compared letter by letter (`kb.review.same_question`).
"""

CONCEPTS = """
when: when, what time, at what time, what date, which day, what day, on which date, on what date, by when, how soon |
    什么时候, 几点, 何时, 几时, 哪天, 什么时间, 几号, 哪一天, 什么日期, 几月几号, 几点钟, 时间是几点
when submit: deadline, due date, due, cut-off date, closing date | 截止日期, 截止时间, 截止, 最后期限, 最迟什么时候
who: who do i ask, whom do i ask, who do i contact, whom do i contact, who should i contact, who can i ask,
    who should i ask, who is the contact, whom should i contact, who can help, who, whom, whose, which person,
    who is it that, by whom | 谁, 哪位, 什么人, 哪个人, 由谁来, 由谁, 找谁, 联系谁, 问谁, 找哪位, 谁负责
where: where, which place, in which place, in what place, whereabouts | 哪里, 哪儿, 在哪, 何处, 什么地方, 哪个地方,
    位置在哪, 在什么位置
why: why, for what reason, what is the reason, how come | 为什么, 为何, 什么原因, 原因是什么, 怎么会
how: how, how do i, how can i, how to, in what way, in which way, what should i do, what do i do, what to do,
    what do i have to do, what must i do, what do i need to do, what do i do about, what are the steps, what steps,
    what is the procedure for, what is the process for, how does one, how do i report, how to report,
    how should i report | 怎么, 如何, 怎样, 怎么办, 该怎么办, 怎么处理, 如何处理, 该怎么处理, 该如何处理, 怎么做,
    怎么样, 流程是什么, 步骤是什么, 怎么上报, 如何上报, 怎么报告, 应该怎么办
quantity: how big, how large, how high, how much, how many, what amount, what number of, how much money, number of |
    多少, 几个, 多少钱, 多少个, 数量是多少, 金额是多少, 几, 几次, 几位, 几台, 几份, 多少人, 几人, 几名
quantity time: how long, what length of time, for how long, how much time, how many days, how many weeks,
    how many months, how many years, how many hours, how many minutes, for how many years, for how many months,
    for how many days | 多久, 多长时间, 多长, 几天, 多少天, 几年, 多少年, 几个月, 多少个月, 几周, 几个星期, 几小时,
    多少小时, 几分钟, 几日, 有多长
quantity time: how often, how frequently, how many times, at what interval, what interval, interval | 周期是多长,
    周期多长, 周期是多久, 周期, 间隔, 多久一次, 多长时间一次, 几次, 频率是多少, 频率是多高, 多久换一次, 多长时间换一次
quantity far: how far, what distance | 多远, 距离多少
permitted: can, may, allowed, allowed to, permitted, permissible, is it possible, are we allowed, is it allowed,
    is it okay, is it ok | 可以, 能, 能不能, 可不可以, 是否可以, 允许, 是否允许, 能否, 可否, 让不让, 准不准
obliged: must, have to, has to, had to, obliged, required, mandatory, compulsory, obligatory, necessary, need to |
    必须, 是否必须, 必要, 强制, 一定要, 有必要, 要不要
-: what, which, is, are, was, were, be, been, being, the, a, an, of, for, in, at, on, to, from, by, with, do, does,
    did, i, we, you, my, our, your, us, me, there, it, its, this, that, these, those, get, have, has, had, will,
    would, shall, should, could, please, tell me, tell, could you tell me, i want to know, i would like to know,
    do you know, receive, entitled, entitled to, need, needs, about, any, some, our company, the company, company,
    in total, currently, at present, into, his, her, their, they, one, as, if, and, or, make, made, made by, per year,
    a year, each year, every year, yearly, annually, year, years, day, days, employee, employees, staff member,
    staff members, worker, workers, person, people, member of staff, personnel, firm, exist, give, given, called,
    name, public, observe, observed, handle, handled, period, length, total, out, up, off, all, much, so, go, going,
    here, then, responsible, responsible for, in charge of, in charge, charge, rule, rules, regulation, regulations,
    provision, provisions, apply to, policy, policies, guideline, guidelines, new employee, new employees, maximum of,
    at most, up to, standing, thing, question, questions, find, see, look up, say, says, state, states, content,
    concerning, regarding, want, wanted, when it comes to, each, per, also, again, kind, kinds, type, types, sort,
    sorts, must give, ask, proof of | 的, 了, 吗, 呢, 啊, 吧, 是, 有, 在, 要, 会, 应, 应该, 需要, 需, 我, 我们, 你,
    您, 他们, 咱们, 请问, 请, 想知道, 告诉我, 这, 那, 什么, 哪些, 哪个, 哪种, 每年, 一年, 年, 天, 员工, 职员, 职工,
    人员, 公司, 本公司, 单位, 我司, 规定, 有什么规定, 制度, 怎么规定, 政策, 规范, 负责, 由, 来, 给, 被, 把, 对, 于,
    之, 和, 与, 及, 进行, 一共, 总共, 目前, 现在, 当前, 个, 都, 该, 新员工, 共, 享有, 享受, 得到, 获得, 拿到, 休,
    最多, 最多能, 最高, 之内, 以内, 内, 里, 时, 的话, 情况, 一般, 通常, 具体, 到底, 究竟, 大概, 关于, 有关, 时间, 必,
    就, 上, 中, 为, 从, 往, 向, 去, 到, 号, 日, 期限, 时长, 期间, 有没有, 负责人, 人, 须, 次, 一次, 出, 提出, 放,
    问题, 说, 查到, 查, 找到, 各, 每个, 及时, 相关, 类, 类型, 种, 东西, 事
open: open, opens, opened, opening, opening time, opening hours, start of business, get into, get in, let in, enter,
    unlocked | 开门, 开放, 开, 开始营业, 进, 进入, 上班开门
close: close, closes, closed, closing, shut, lock, locks, locked, shuts, closing time, lock up | 关门, 关闭, 关, 锁门,
    上锁, 打烊, 结束营业
depart: depart, departs, leaves, departure, set off | 出发, 发车, 动身, 启程
begin: begin, begins, start, starts, commence, starting, beginning, take effect, effective | 开始, 起始, 启动, 生效,
    起
end: end, ends, finish, finishes, ending, expire, expires, expiry, run out | 结束, 终止, 到期, 失效, 过期, 完结
morning: morning, in the morning | 早上, 上午, 早晨, 清晨, 早
noon: noon, midday, lunchtime | 中午, 正午
afternoon: afternoon | 下午
evening: evening, night, at night | 晚上, 傍晚, 夜里, 夜间, 晚
office: office, offices, office building, workplace | 办公室, 办公楼, 办公地点, 写字楼
office headquarters: headquarters, head office, hq | 总部, 总公司
annual leave time: annual leave, vacation, vacations, annual holiday, paid vacation, vacation leave,
    paid annual leave, holiday entitlement, paid leave | 年假, 年休假, 带薪年假, 带薪年休假, 带薪休假, 年度假期
holiday: holidays, holiday, public holiday, bank holiday, statutory holiday | 节假日, 法定假日, 法定节假日, 公共假期,
    假期, 公休日
sick leave time: sick leave, medical leave, sick days, illness leave | 病假
maternity leave time: maternity leave | 产假
paternity leave time: paternity leave | 陪产假, 护理假
marriage leave time: marriage leave, wedding leave | 婚假
bereavement leave time: bereavement leave, compassionate leave | 丧假
personal leave time: personal leave, unpaid leave | 事假, 无薪假
leave: leave, time off, absence, days off | 请假, 休假, 假, 放假, 缺勤
carry over: carry over, carried over, roll over, transfer to next year | 结转, 顺延, 累积到下一年
full-time: full-time, full time, fulltime | 全职, 正式, 全日制
part-time: part-time, part time | 兼职, 非全职, 非全日制
intern: intern, interns, trainee, trainees, internship | 实习生, 实习, 见习
contractor: contractor, contractors, freelancer, freelancers, outsourced staff | 外包, 承包商, 外包人员, 自由职业者
manager: manager, managers, supervisor, supervisors, boss, line manager, superior | 经理, 主管, 上级, 领导, 直属上级
candidate: candidate, candidates, applicant, applicants, job applicant | 应聘者, 候选人, 求职者, 申请人
rejected: rejected, turned down, unsuccessful, declined, refused | 被拒, 未录用, 落选, 未通过, 拒绝
approve: approve, approves, approval, approved, sign off, signs off, authorise, authorize, authorises, authorizes,
    authorization, authorisation, grant permission, approver | 审批, 批准, 核准, 批, 同意, 签字批准, 审核批准, 批复
who approve: whose approval, who has to approve, who must approve, who signs off, who has to sign off,
    by whom is approved | 谁批, 谁审批, 谁批准, 由谁批
request: request, requests, requisition, requisitions, application, applications, apply, apply for, applying | 申请,
    申请单, 申领, 提出申请, 提申请
purchase: purchase, purchases, buy, buying, procurement, procure, purchasing, order, orders | 采购, 购买, 买, 购置,
    订购
sell: sell, selling, sale, sales, sold | 销售, 出售, 卖
business travel: business trip, business trips, business travel, trip, trips, travel, travelling, traveling,
    when travelling, when traveling, while travelling, while traveling, work trip, work travel, travels | 出差, 差旅,
    公务旅行, 旅行, 商务旅行
abroad: abroad, overseas, international, foreign, outside the country, internationally | 国外, 境外, 海外, 国际, 出国
domestic: domestic, domestically, within the country, inland, in the country, national | 国内, 境内
meal: meal, meals, food, dining, catering | 餐, 餐饮, 伙食, 餐食, 用餐, 吃饭
breakfast: breakfast | 早餐, 早饭
lunch: lunch | 午餐, 午饭
dinner: dinner, supper | 晚餐, 晚饭
canteen: canteen, cafeteria, staff canteen, staff cafeteria, dining hall, staff restaurant | 食堂, 员工食堂, 餐厅,
    职工食堂
serve: serve, serves, served, available, supply, offered, provide, provides, provided | 供应, 提供, 开餐
hotel: hotel, hotels, accommodation, lodging, overnight stay | 酒店, 住宿, 住酒店, 宾馆, 旅馆, 住房标准
flight: flight, flights, air travel, plane, fly, air ticket | 机票, 航班, 飞机, 乘机
train: train, trains, rail, railway, high-speed train | 火车, 高铁, 动车, 列车
taxi: taxi, taxis, cab, ride-hailing | 出租车, 打车, 的士, 网约车
car: car, cars, vehicle, vehicles, company car, private car | 汽车, 车辆, 用车, 私家车, 公车
quantity: allowance, allowances, limit, cap, per diem, standard, rate, rates, spend, can i spend, may i spend,
    ceiling, amount, maximum amount, upper limit, expense limit | 标准, 标准是多少, 上限, 额度, 限额, 补贴, 津贴,
    补助, 报多少, 报多少钱, 花多少, 可以花多少, 金额, 最多能报多少钱, 能报多少钱, 最多报多少
daily: daily, per day, a day, each day, every day, one day, per diem | 每天, 每日, 一天, 日均, 按天
weekly: weekly, per week, a week, each week, every week | 每周, 一周, 每星期, 按周, 周
monthly: monthly, per month, a month, each month, every month | 每月, 每个月, 月度, 按月, 一个月
quarterly: quarterly, per quarter, each quarter, every quarter | 每季度, 季度, 按季
lost: lost, lose, loses, losing, missing, mislaid, misplaced, gone missing | 丢失, 丢, 丢了, 遗失, 弄丢, 不见了, 丢掉
stolen: stolen, theft, steal | 被盗, 被偷, 失窃, 盗窃
broken: broken, broken down, out of order, damaged, defective, faulty, does not work, breaks | 损坏, 坏了, 坏, 故障,
    出故障, 出了故障, 弄坏
laptop: laptop, laptops, notebook, notebook computer, laptop computer | 笔记本电脑, 笔记本, 手提电脑
computer: computer, computers, pc, workstation | 电脑, 计算机, 台式机
phone: phone, phones, mobile, mobile phone, cell phone, smartphone | 手机, 移动电话
badge: badge, badges, access card, access badge, entry card, key card, pass | 门禁卡, 工牌, 门卡, 通行证, 胸卡, 出入卡
key: key, keys | 钥匙
scanner: scanner, scanners | 扫描仪
printer: printer, printers | 打印机
password: password, passwords, passcode | 密码, 口令
account: account, accounts, user account | 账户, 账号, 帐户, 帐号
guest: guest, guests, visitor, visitors | 访客, 来访者, 客人, 来宾
park: park, parking, car park, parking lot, parking space, park the car, parked | 停车, 停车场, 停车位, 泊车
change: reset, resets, change, changed, changes, changing, alter, altered, modify | 重置, 修改, 更改, 更换, 换, 变更,
    变动
network: network, wifi, wi-fi, wireless | 网络, 无线, 无线网, 无线网络
email: email, e-mail, mail, mailbox, emails | 邮箱, 邮件, 电子邮件, 电邮
backup: backup, backups, back-up, back-ups, backed up | 备份
warranty quantity time: warranty, guarantee, under warranty, warranty period, warranty last, warranty valid,
    guaranteed | 保修期, 保修, 质保, 质保期, 保修时间
price quantity: price, prices, cost, costs, how expensive, how much does it cost, priced | 价格, 价钱, 售价, 费用多少,
    成本
fee: fee, fees, charges, expenses, expense, the costs of, costs of, cost of | 费用, 费
revenue quantity: revenue, revenues, turnover, income, sales revenue, earn, total revenue | 收入, 营业收入, 营收,
    营业额, 销售收入
profit quantity: profit, profits, earnings, net income, net profit | 利润, 盈利, 净利润, 净利
loss quantity: loss, losses | 亏损, 损失
budget quantity: budget, budgets | 预算
expense claim: expense claim, expense claims, expense report, expense reports, reimbursement claim,
    reimbursement form, reimbursement forms, claim form, expense form, claims | 报销单, 报销申请, 报销单据,
    费用报销单, 报销凭证
reimburse: reimburse, reimbursed, reimbursement, reimbursable, claim back, refunded expenses, refund expenses | 报销,
    报账, 核销
invoice: invoice, invoices, bill, bills | 发票, 账单
refund: refund, refunds, refunded, money back | 退款, 退钱
pay: pay, pays, paid, pay for, cover, covers, covered, bear, bears, borne, payment, payments, paid out, pay out,
    settle, disbursed | 支付, 付款, 发放, 付, 发, 结算, 打款, 承担, 负担, 出钱, 发工资
submit: submit, submits, submitted, submission, hand in, handed in, handing in, turn in, turned in, file, filed,
    send in, sent in, lodge, be handed in | 提交, 交, 上交, 递交, 提报, 呈交, 送交, 要交
within quantity time: within how many days, within how long, in how many days, within how many weeks | 多少天内,
    几天内, 几天之内, 多少天之内, 多久之内, 多长时间内, 最晚几天内, 最晚几天之内, 几日内
timesheet: timesheet, timesheets, time sheet, time sheets, hours sheet | 工时表, 考勤表, 工时单
keep: keep, keeps, kept, located, situated, retain, retained, store, stored, preserve, preserved, archived, archive |
    保存, 保管, 保留, 存档, 留存, 存放, 归档, 放置
keep quantity time: retention period, retention time, retention | 保存期限, 保留期限, 保管期限, 保存时间, 留存期限,
    保留期, 保存期
delete: delete, deleted, destroy, destroyed, erase, erased, remove, removed | 删除, 销毁, 清除, 移除
document: document, documents, paperwork, papers, file copy, records, record | 文件, 文档, 材料, 资料, 档案, 记录
candidate document: application documents, application papers, job application, documents of applicants,
    applications of, application of, documents of the applicants | 应聘材料, 求职材料, 应聘资料
contract: contract, contracts, agreement, agreements | 合同, 协议, 合约
original: original, originals, originally | 原件, 正本, 原始
copy: copy, copies, duplicate | 复印件, 副本, 拷贝
meeting room: meeting room, meeting rooms, conference room, conference rooms | 会议室
meeting: meeting, meetings, conference | 会议, 例会, 开会
book: book, books, booked, booking, reserve, reserves, reserved, reservation, reservations | 预订, 预约, 预定, 订, 约
cancel: cancel, cancels, cancelled, canceled, cancellation, call off | 取消, 撤销, 退订
work from home: work from home, working from home, home office, remote work, work remotely, working remotely,
    telework, teleworking, wfh | 居家办公, 在家办公, 远程办公, 远程工作, 居家工作
monday: monday, mondays | 周一, 星期一
tuesday: tuesday, tuesdays | 周二, 星期二
wednesday: wednesday, wednesdays | 周三, 星期三
thursday: thursday, thursdays | 周四, 星期四
friday: friday, fridays | 周五, 星期五
saturday: saturday, saturdays | 周六, 星期六
sunday: sunday, sundays | 周日, 星期日, 星期天
weekend: weekend, weekends, at weekends | 周末
probation quantity time: probation, probation period, trial period, probationary period, probationary, on probation |
    试用期, 考察期, 见习期
notice quantity time: notice period, period of notice, how much notice, how far in advance, how long in advance,
    how long before | 通知期, 离职通知期, 提前通知期, 提前几天通知, 提前多久通知, 提前几天, 提前多久, 提前多长时间,
    提前多少天, 提前多久提出, 提前几天提出
resign: resign, resigns, resignation, quit, leave the company, hand in notice | 辞职, 离职
dismiss: dismiss, dismissed, dismissal, fire, fired, terminated, termination | 解雇, 辞退, 开除
hire: hire, hires, hired, recruit, recruited, recruitment, hiring, employ | 招聘, 录用, 聘用, 招募
overtime: overtime, overtime work, extra hours | 加班
overtime pay: overtime pay, overtime wage, overtime wages, overtime compensation, overtime payment | 加班费, 加班工资,
    加班补偿, 加班补贴, 加班报酬
salary: salary, salaries, wage, wages, pay cheque, paycheck, remuneration | 工资, 薪水, 薪资, 薪酬, 月薪
bonus year-end: year-end bonus, end-of-year bonus, annual bonus, yearly bonus, end of year bonus | 年终奖, 年终奖金,
    年底奖金
bonus: bonus, bonuses | 奖金
calculate: calculate, calculated, calculation, compute, computed, worked out, work out | 计算, 算, 核算, 折算
minimum: minimum, least, at least, smallest, lowest | 最低, 最少, 最小, 至少
maximum: maximum, largest, highest, greatest | 最大, 最高
quantity: quantity, quantities | 数量
training: training, trainings, trained, course, courses | 培训, 课程
security: security, safety | 安全, 保安
emergency: emergency, emergencies | 紧急, 应急, 突发
contact: contact, contacts, call, reach, get in touch | 联系, 联络, 找, 拨打
number phone: phone number, telephone number, extension | 电话, 电话号码, 分机, 分机号
address: address, addresses | 地址
customer: customer, customers, client, clients | 客户, 顾客
supplier: supplier, suppliers, vendor, vendors | 供应商, 供货商
project: project, projects | 项目
department: department, departments, division | 部门, 科室
report: report, reports, reported, reporting, notify, notified | 报告, 上报, 汇报, 报备
repair: repair, repairs, repaired, fix, fixed | 维修, 修理, 修
replace: replace, replaced, replacement | 补办, 替换
return: return, returned, returns, give back, send back | 归还, 退还, 退货, 返还
deliver: deliver, delivered, delivery, ship, shipped, shipping | 送货, 发货, 交付, 交货, 配送
install: install, installed, installation, set up, setup | 安装, 装
software: software, program, programs, application software | 软件, 程序
use: use, uses, used, using | 使用, 用
rent: rent, rental | 租金, 房租
insurance: insurance, insured | 保险
pension: pension, pensions, retirement | 养老金, 退休金, 退休
probation pass: pass probation, end of probation | 转正
holiday-pay: holiday pay | 假日工资
late: late, arrive late, being late, tardy | 迟到
dress: dress code, dress, clothing, clothes | 着装, 衣服, 穿着
wear: wear, wears, worn, put on | 佩戴, 戴, 穿
smoke: smoke, smoking | 吸烟, 抽烟
gift: gift, gifts, present, presents | 礼品, 礼物
accept: accept, accepts, accepted, take | 接受, 收受, 收
office supplies: office supplies, stationery | 办公用品, 文具
shift: shift, shifts | 班次, 轮班
work hours: working hours, work hours, hours of work, business hours | 工作时间, 上班时间, 办公时间, 营业时间
above: above, over, more than, exceeding, exceed, exceeds, greater than, beyond | 以上, 超过, 高于, 大于, 逾
below: below, under, less than, fewer than, lower than | 以下, 低于, 少于, 小于, 不足
before: before, prior to, ahead of, in advance, beforehand, ahead of time | 之前, 以前, 前, 提前, 事先, 预先, 事前
after: after, following, later than | 之后, 以后, 后, 过后
euro: euro, euros, eur | 欧元
yuan: yuan, rmb, cny | 人民币, 元, 块钱
dollar: dollar, dollars, usd | 美元, 美金
sign: sign, signs, signed, signature, signatures, signing, signatory | 签字, 签署, 签名, 签订, 签, 签约
reply: reply, replies, respond, response, responses, answer, answered, answers, responded | 回复, 答复, 回应, 响应,
    回答
complaint: complaint, complaints, complain | 投诉, 抱怨, 客诉
inquiry: inquiry, inquiries, enquiry, enquiries | 询价, 咨询, 询问
warehouse: warehouse, warehouses, storehouse, depot | 仓库, 库房
factory: factory, factories, plant, plants, works | 工厂, 厂房, 厂区
first aid: first-aid kit, first aid kit, first-aid box, first aid box, medical kit | 急救箱, 急救包, 药箱
fire extinguisher: fire extinguisher, fire extinguishers | 灭火器
balcony: balcony, balconies, terrace | 阳台, 露台
yard: yard, courtyard | 院子, 庭院
gym: gym, fitness room, fitness centre, fitness center | 健身房
information: information, info, data | 信息, 数据
it: it department, it service desk, service desk, help desk, helpdesk, it support | 服务台, 信息部, 技术支持
human resources: human resources, hr, hr department, personnel department | 人事, 人力资源, 人事部, 人力资源部
finance: finance, accounting, finance department, accounts department | 财务, 财务部, 会计
legal: legal, legal department | 法务, 法律
new: new, newly | 新, 新的
old: old, used | 旧, 老
business class: business class | 商务舱, 公务舱
economy class: economy class | 经济舱
first class: first class | 头等舱, 一等座
certificate: certificate, certificates, certification, proof, evidence, attestation | 证明, 证书, 凭证, 证明材料,
    证明文件
projector: projector, projectors, beamer | 投影仪
screen: screen, screens, monitor, monitors, display | 显示器, 屏幕
machine: machine, machines, equipment, device, devices | 设备, 机器, 装置
battery: battery, batteries | 电池
cable: cable, cables | 电缆, 线缆, 数据线
temperature: temperature, temperatures | 温度
weight: weight, weigh, weighs, heavy | 重量, 体重, 重
size: size, dimensions, dimension | 尺寸, 大小, 面积
speed: speed, fast | 速度
capacity: capacity, capacities | 容量, 产能
seat: seat, seats | 座位, 席位
room: room, rooms | 房间, 室
floor: floor, floors, storey | 楼层, 楼, 层
building: building, buildings | 大楼, 楼宇, 建筑
entrance: entrance, gate, door | 入口, 大门, 门口, 门
winter: winter | 冬季, 冬天
summer: summer | 夏季, 夏天
shutdown: shutdown, shut-down, plant shutdown, closure | 停产, 停工, 停机
maintenance: maintenance, maintain, maintained, serviced, service interval | 保养, 维护, 养护
medical check: medical check-up, medical check up, medical examination, health check, medical exam, check-up | 体检,
    健康检查
inspection: inspection, inspections, inspect, inspected, check, checks, checked, examine | 检查, 检验, 巡检, 查验
test: test, tests, tested, testing, exam | 测试, 试验, 考试
quality: quality | 质量, 品质
version: version, release | 版本
update: update, updates, updated, upgrade, upgraded | 更新, 升级
license: licence, license, licences, licenses | 许可证, 授权, 执照
server: server, servers | 服务器
error: error, errors | 错误, 出错, 报错
incident: incident, incidents, accident, accidents | 事故, 事件
plan: plan, plans, planned, schedule, scheduled, timetable | 计划, 安排, 日程
target: target, targets, goal, goals, objective | 目标, 指标
decide: decide, decided, decision, decisions, agreed, resolved | 决定, 定, 决议
propose: propose, proposed, proposal, proposals, suggest, suggested | 提议, 建议, 提案
register: register, registers, registered, registration, sign up, enrol, enroll | 登记, 注册, 报名
member: member, members | 成员, 会员
team: team, teams, group, groups | 团队, 小组
lead: lead, leads, leader, head, heads, run, runs, manage, manages | 领导, 带领, 管理, 主管
share: share, shares, percentage, proportion, percent | 比例, 占比, 百分比
discount quantity: discount, discounts, reduction, rebate | 折扣, 优惠, 折让
tax: tax, taxes, vat | 税, 税费, 增值税
interest quantity: interest, interest rate | 利息, 利率
debt: debt, debts, liabilities | 债务, 负债
asset: asset, assets | 资产
increase: increase, increased, increases, grow, grew, growth, rise, rose | 增长, 增加, 上升, 上涨, 提高
decrease: decrease, decreased, decline, fall, fell, drop, dropped | 下降, 减少, 下跌, 降低
headcount quantity: headcount, number of employees, number of staff, workforce | 员工人数, 员工总数, 人数
waste: waste, garbage, rubbish, trash | 垃圾, 废物, 废料
water: water | 水
electricity: electricity, power, power supply | 电, 电力, 电源
noise: noise | 噪音, 噪声
cleaning: clean, cleaned, cleaning | 清洁, 打扫, 清洗
bicycle: bicycle, bicycles, bike, bikes | 自行车, 单车
bus: shuttle bus, shuttle, bus | 班车, 公交车, 巴士
child: child, children, kids | 孩子, 儿童, 子女
doctor: doctor, physician | 医生
health: health, medical | 健康, 医疗
promotion: promotion, promoted | 晋升, 升职, 提拔
performance: performance review, appraisal, performance | 绩效, 考核, 绩效考核
language: language, languages | 语言
currency: currency | 货币, 币种
confidential: confidential, secret, classified | 机密, 保密, 涉密
encrypt: encrypt, encrypted, encryption | 加密
share-drive: shared drive, network drive | 共享盘, 网盘
virus: virus, malware | 病毒, 恶意软件
phishing: phishing | 钓鱼, 钓鱼邮件
vpn: vpn | 虚拟专网
"""
